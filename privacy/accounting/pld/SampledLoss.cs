using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting.Pld;

/// <summary>ln E(x), E(x) = 1 − q + q·e^((2x−1)/(2σ²)): the loss of one Poisson-sampled Gaussian step at the outcome x, and its inverse.</summary>
/// <param name="samplingRate">q in (0, 1].</param>
/// <param name="noiseMultiplier">σ &gt; 0.</param>
internal readonly struct SampledLoss(double samplingRate, double noiseMultiplier)
{
    // Beyond this e^x is written as a logarithm; below its opposite, 1 − q and e^x are added as they are, lest 1 − q drown in the 1.
    private const double Large = 500;
    private const double Small = -0.7;

    private readonly double _variance = noiseMultiplier * noiseMultiplier;

    /// <summary>The loss that no outcome falls below; −∞ at q = 1.</summary>
    public double Infimum => SpecialFunctions.LogOnePlus(-samplingRate);

    /// <summary>ln E(x).</summary>
    public double At(double x)
    {
        var exponent = ((2 * x) - 1) / (2 * _variance);
        if (samplingRate == 1)
        {
            return exponent;
        }

        if (exponent > Large)
        {
            return Math.Log(samplingRate) + exponent;
        }

        return exponent < Small && samplingRate > 0.5
            ? Math.Log(1 - samplingRate + (samplingRate * Math.Exp(exponent)))
            : SpecialFunctions.LogOnePlus(samplingRate * SpecialFunctions.ExpMinusOne(exponent));
    }

    /// <summary>The x with ln E(x) = loss; −∞ if every loss is larger.</summary>
    public double Place(double loss)
    {
        if (samplingRate == 1 || loss > Large)
        {
            return (_variance * (loss - Math.Log(samplingRate))) + 0.5;
        }

        var excess =
            loss < Small && samplingRate > 0.5
                ? Math.Exp(loss) - (1 - samplingRate)
                : SpecialFunctions.ExpMinusOne(loss) + samplingRate;
        return excess > 0 ? (_variance * Math.Log(excess / samplingRate)) + 0.5 : double.NegativeInfinity;
    }
}
