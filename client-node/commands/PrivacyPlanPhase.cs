using System.Text.Json.Serialization;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>Equal steps of a plan.</summary>
internal sealed record PrivacyPlanPhase(double SamplingRate, double NoiseMultiplier, long Steps)
{
    /// <summary>The phase as an event.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    [JsonIgnore]
    public PrivacyEvent Event =>
        Steps >= 0
            ? new RepeatedEvent(new PoissonSampledGaussianEvent(SamplingRate, NoiseMultiplier), Steps)
            : throw PrivacyOptions.Refusal($"steps = {Steps}; expected a count ≥ 0");
}
