using System.Globalization;
using System.Text.Json.Serialization;

namespace Federated.Aggregation;

/// <summary>What the run's robust rule did in a version.</summary>
/// <param name="Method">The rule.</param>
/// <param name="Bound">The norm bound; null = none.</param>
/// <param name="Clipped">Updates that were longer, and were scaled down.</param>
/// <param name="SignalToNoise"><see cref="HonestUpdate.SignalToNoise"/>; null without noise.</param>
/// <param name="Nodes">What it made of each node.</param>
public sealed record RobustReport(
    RobustMethod Method,
    double? Bound,
    int Clipped,
    double? SignalToNoise,
    IReadOnlyList<NodeFinding> Nodes
)
{
    /// <summary>Says that the noise for privacy hides what the rule looks for; null when it does not.</summary>
    [JsonIgnore]
    public string? Warning => WarningFor(Method, SignalToNoise);

    /// <summary>The warning that a rule deserves before any update is there.</summary>
    public static string? WarningFor(RobustMethod method, double? signalToNoise) =>
        method != RobustMethod.NormBound && signalToNoise < 1
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"robust {method}: an update's noise is at least {1 / signalToNoise.Value:0.#} times as long as all that records can add to it, so the rule chooses by noise; only the norm bound still holds"
            )
            : null;
}
