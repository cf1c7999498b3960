using System.Text.Json.Serialization;
using Federated.Privacy.Accounting;

namespace Federated.Aggregation;

/// <summary>
/// A guarantee about whole nodes towards those who get the adapters, made by the silo: neighbours differ by one node's updates being replaced by zero;
/// who took part is public. It protects from adapter users, not from the silo.
/// </summary>
/// <remarks>
/// Each version releases Σ c x + noise, with ‖x‖ ≤ <see cref="MaxUpdateNorm"/> for each node and c ≤ q · W, where q = 1 ÷ <see cref="Divisor"/> and W is the largest weight that the
/// document allows, min(K, cap). So one node moves the sum by at most <see cref="Sensitivity"/>, a constant of the document: never the weights that came about. A
/// node is charged all versions of the run as Gaussian releases with q = 1.
/// </remarks>
/// <param name="NoiseMultiplier">Standard deviation of the noise ÷ sensitivity. &gt; 0.</param>
/// <param name="MaxUpdateNorm">C: a node's update is cut to this L2 norm. &gt; 0.</param>
/// <param name="Divisor">What weights are divided by: a constant of the document, at least the nodes that can take part. ≥ 1.</param>
/// <param name="LargestWeight">W. &gt; 0.</param>
/// <param name="Versions">Releases of the run. ≥ 1.</param>
/// <param name="Delta">δ at which the run is priced.</param>
/// <param name="BudgetEpsilon">ε that a node may be charged by this silo in all runs.</param>
/// <param name="BudgetDelta">δ that a node may be charged by this silo in all runs.</param>
public sealed record CentralPrivacy(
    double NoiseMultiplier,
    double MaxUpdateNorm,
    int Divisor,
    double LargestWeight,
    long Versions,
    double Delta,
    double BudgetEpsilon,
    double BudgetDelta
)
{
    /// <summary>The most that one node moves Σ c x: C · max q · W. The step is η times that.</summary>
    [JsonIgnore]
    public double Sensitivity => MaxUpdateNorm * LargestWeight / Divisor;

    /// <summary>The whole run as an event: what every node that takes part is charged.</summary>
    [JsonIgnore]
    public PrivacyEvent Plan => new RepeatedEvent(new PoissonSampledGaussianEvent(1, NoiseMultiplier), Versions);

    /// <summary>ε of the whole run at <see cref="Delta"/>.</summary>
    public double Epsilon() => Accountants.Best(Plan, Delta).Epsilon;
}
