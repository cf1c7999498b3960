namespace Federated.Lab.Demo.Reports;

/// <summary>One way to get an adapter, judged on held-out records; all losses in nats per token.</summary>
/// <param name="Method">What was done.</param>
/// <param name="Guarantee">The ε per node, or "none".</param>
/// <param name="Own">Loss of each organisation's adapter on its own held-out records, by organisation.</param>
/// <param name="All">Loss of each organisation's adapter on every organisation's held-out records, by organisation.</param>
/// <param name="Stranger">Mean loss on the organisation that took no part; <see langword="null"/> when there is none.</param>
internal sealed record ComparisonRow(
    string Method,
    string Guarantee,
    IReadOnlyList<double> Own,
    IReadOnlyList<double> All,
    double? Stranger
)
{
    /// <summary>Mean over nodes of the loss on their own records.</summary>
    public double OwnMean => Own.Average();

    /// <summary>Mean over nodes of the loss on every organisation's records.</summary>
    public double AllMean => All.Average();

    /// <summary>The node that fares worst on every organisation's records.</summary>
    public double AllWorst => All.Max();

    /// <summary>The node that fares worst on its own records.</summary>
    public double OwnWorst => Own.Max();
}
