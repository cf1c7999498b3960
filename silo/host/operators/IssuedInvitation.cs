namespace Federated.Silo;

/// <summary>An invitation, told once: the silo keeps only the token's hash.</summary>
/// <param name="Token">What the machine presents.</param>
/// <param name="Group">The group it joins.</param>
/// <param name="ExpiresAt">From then on it is refused.</param>
/// <param name="Nodes">How many different nodes may use it.</param>
/// <param name="Url">Where it connects.</param>
/// <param name="Models">Names of the base models that runs of this silo may ask for.</param>
public sealed record IssuedInvitation(
    string Token,
    string Group,
    DateTimeOffset ExpiresAt,
    int Nodes,
    Uri Url,
    IReadOnlyList<string> Models
);
