using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms;

/// <summary>One release of the mechanism as it is claimed to be: every unit takes part (q = 1).</summary>
public sealed record MechanismClaim
{
    /// <summary>Noise standard deviation ÷ maxGradNorm; finite and &gt; 0.</summary>
    public required double NoiseMultiplier { get; init; }

    /// <summary>C, the L2 bound of one unit; finite and &gt; 0.</summary>
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>The public divisor of the noisy sum; finite and &gt; 0.</summary>
    public double ExpectedBatchSize { get; init; } = 4;

    /// <summary>d, the number of trainable parameters; ≥ 3. The grid follows from it.</summary>
    public int Dimension { get; init; } = 16;

    /// <summary>δ at which the claim is told.</summary>
    public double Delta { get; init; } = 1e-5;

    /// <summary>ε of the claim.</summary>
    public double Epsilon => Accountants.Best(new GaussianEvent(NoiseMultiplier), Delta).Epsilon;
}
