namespace Federated.Lab.Demo.Reports;

/// <summary>One update in one published version, read from the silo's journal.</summary>
/// <param name="Version">The version that it was merged into.</param>
/// <param name="Organisation">Whose update.</param>
/// <param name="BaseVersion">The version from which it was trained.</param>
/// <param name="Staleness">τ: how many versions were published between.</param>
/// <param name="Weight">FedAU's ω of the node.</param>
/// <param name="Coefficient">c: what its values were multiplied by, staleness and N included.</param>
internal sealed record MergedUpdate(
    long Version,
    string Organisation,
    long BaseVersion,
    long Staleness,
    double Weight,
    double Coefficient
);
