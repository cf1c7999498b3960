using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.Silo;

/// <summary>The accountant's answer to <c>privacy.targetEpsilon</c>, found once, when a run is submitted.</summary>
internal sealed class CalibratedNoise : ITargetNoise
{
    /// <inheritdoc/>
    public double NoiseMultiplier(double targetEpsilon, double delta, double samplingRate, long steps) =>
        NoiseCalibration.NoiseMultiplier(targetEpsilon, delta, samplingRate, steps);
}
