namespace Federated.Protocol;

/// <summary>Finds the noise for a target ε. This project knows no accountant; who submits runs brings one.</summary>
public interface ITargetNoise
{
    /// <summary>The least noise multiplier for which the whole plan is (ε, δ)-private, rounded up.</summary>
    /// <param name="targetEpsilon">ε; finite and &gt; 0.</param>
    /// <param name="delta">δ in (0, 1).</param>
    /// <param name="samplingRate">q in (0, 1].</param>
    /// <param name="steps">Steps of the whole plan; ≥ 1.</param>
    /// <exception cref="InvalidOperationException">No noise is enough.</exception>
    double NoiseMultiplier(double targetEpsilon, double delta, double samplingRate, long steps);
}
