namespace Federated.Privacy.Accounting;

/// <summary>Prices events: the smallest ε that it can certify at a given δ, under add-or-remove-one adjacency.</summary>
public interface IPrivacyAccountant
{
    /// <summary>A short name: <c>exact</c>, <c>rdp</c>, <c>pld</c>.</summary>
    string Name { get; }

    /// <summary>An upper bound on ε, and a lower bound beside it.</summary>
    /// <param name="privacyEvent">What was, or will be, released.</param>
    /// <param name="delta">δ in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">δ is outside (0, 1).</exception>
    /// <exception cref="UnsupportedEventException">The accountant does not know the event.</exception>
    PrivacyGuarantee Epsilon(PrivacyEvent privacyEvent, double delta);
}
