using System.Numerics;
using Federated.Privacy.Accounting.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace Federated.Privacy.Accounting.Pld;

/// <summary>
/// The composed loss in a window of N grid points, exponentially tilted: entry k is P(L = kd)·e^(θkd) ÷ M. The tilt moves the mass to where
/// δ is decided, so FFT rounding is relative to δ and not to 1, and δ = 1e-30 is as exact as δ = 1e-3.
/// </summary>
/// <remarks>The pessimistic and the optimistic loss are the real and imaginary part of one transform.</remarks>
internal sealed class TiltedComposition
{
    private const double UnitRoundoff = 1.1102230246251565e-16;
    private const int MostTrials = 20;

    private TiltedComposition(double tilt, double width, double low, double[] upper, double[] lower) =>
        (Tilt, Width, Low, Upper, Lower) = (tilt, width, low, upper, lower);

    /// <summary>θ.</summary>
    public double Tilt { get; }

    /// <summary>d.</summary>
    public double Width { get; }

    /// <summary>The loss at the window's lowest point.</summary>
    public double Low { get; }

    /// <summary>N.</summary>
    public int Size => Upper.Length;

    /// <summary>Tilted masses of the pessimistic composition, from the lowest point of the window to its highest.</summary>
    public double[] Upper { get; }

    /// <summary>The same of the optimistic composition, on the scale of the pessimistic one.</summary>
    public double[] Lower { get; }

    /// <summary>ln M, of the pessimistic composition.</summary>
    public double LogScale { get; private init; }

    /// <summary>A bound on the l2 norm of the rounding error of both.</summary>
    public double Rounding { get; private init; }

    /// <summary>Bounds on the tilted mass above the window, of both parts, and below it, of the optimistic part; it wraps around the window.</summary>
    public (double Above, double Below) Outside { get; private init; }

    /// <summary>Composes steps.</summary>
    /// <param name="steps">One discretised step per phase, with its count; equal widths.</param>
    /// <param name="window">Its tilt θ ≥ 0, and what its ends shall prove.</param>
    /// <param name="low">About the window's lowest point; the grid's next one is taken.</param>
    /// <param name="size">N, a power of two.</param>
    public static TiltedComposition Of(
        IReadOnlyList<(DiscreteLoss Loss, long Count)> steps,
        LossWindow window,
        double low,
        int size
    )
    {
        var tilt = window.Tilt;
        var width = steps[0].Loss.Width;
        var origin = steps.Sum(s => s.Count * s.Loss.Offset);
        var first = (long)Math.Floor((low - origin) / width);
        var start = origin + (first * width);
        // Higham 2002, theorem 24.2: log2 N · 6.7 u for a radix-2 transform with accurate twiddles.
        var transform = 8 * UnitRoundoff * Math.Log2(size);
        var (logScale, rounding) = (0.0, 0.0);
        Complex[]? spectrum = null;
        foreach (var (loss, count) in steps)
        {
            var log = LogMoment(loss, loss.Upper, tilt);
            logScale += count * log;
            var values = Fold(loss, tilt, log, size);
            rounding += 1.01 * count * transform * Norm(values);
            Fourier.Forward(values, FourierOptions.NoScaling);
            SpectrumPower.Raise(values, count);
            if (spectrum is null)
            {
                spectrum = values;
            }
            else
            {
                SpectrumPower.Multiply(spectrum, values);
            }
        }

        SpectrumPower.Join(spectrum!);
        Fourier.Inverse(spectrum!, FourierOptions.NoScaling);
        var (upper, lower) = (new double[size], new double[size]);
        var offset = Modulo(first, size);
        for (var i = 0; i < size; i++)
        {
            var value = spectrum![(i + offset) & (size - 1)];
            (upper[i], lower[i]) = (value.Real / size, value.Imaginary / size);
        }

        var total = steps.Sum(s => (double)s.Count);
        rounding += ((8 * UnitRoundoff * total) + transform) * Norm(spectrum!) / size;
        return new TiltedComposition(tilt, width, start, upper, lower)
        {
            LogScale = logScale,
            Rounding = rounding,
            Outside = (
                Beyond(
                    steps,
                    loss => loss.Upper,
                    (tilt, window.TailTilts.Above, logScale),
                    start + (size * width),
                    window.LogOutside
                ),
                Beyond(steps, loss => loss.Lower, (tilt, window.TailTilts.Below, logScale), start, window.LogOutside)
            ),
        };
    }

    // Chernoff's bound on the tilted mass beyond an end. Any extra tilt proves one; what is best for the loss itself may be far too much for a loss that a coarse
    // grid has spread.
    private static double Beyond(
        IReadOnlyList<(DiscreteLoss Loss, long Count)> steps,
        Func<DiscreteLoss, double[]> masses,
        (double Tilt, double Extra, double LogScale) at,
        double end,
        double wanted
    )
    {
        double Log(double extra) =>
            steps.Sum(s => s.Count * LogMoment(s.Loss, masses(s.Loss), at.Tilt + extra)) - at.LogScale - (extra * end);
        var least = Log(at.Extra);
        foreach (var factor in (ReadOnlySpan<double>)[0.5, 2])
        {
            var extra = at.Extra;
            for (var trial = 0; trial < MostTrials && !(least <= wanted + 1); trial++)
            {
                extra *= factor;
                var log = Log(extra);
                if (log >= least && least < 0)
                {
                    break;
                }

                least = log < least || double.IsNaN(least) ? log : least;
            }
        }

        return Math.Exp(Math.Min(0, least));
    }

    // ln Σ p·e^(t·loss), scaled by the largest exponent and the largest mass.
    private static double LogMoment(DiscreteLoss loss, double[] mass, double tilt)
    {
        var (step, start) = (tilt * loss.Width, tilt * loss.LossAt(0));
        var largest = double.NegativeInfinity;
        for (var i = 0; i < mass.Length; i += 16)
        {
            // Every 16th term is near enough to the largest one to keep the sum in range.
            largest = mass[i] > 0 ? Math.Max(largest, Math.Log(mass[i]) + start + (i * step)) : largest;
        }

        var sum = 0.0;
        for (var i = 0; i < mass.Length; i++)
        {
            sum += mass[i] * Math.Exp(start + (i * step) - largest);
        }

        // Not where each of those terms was 0, or one overflows.
        if (double.IsFinite(largest) && sum is > 0 and < double.MaxValue)
        {
            return largest + Math.Log(sum);
        }

        var logSum = new LogSum();
        for (var i = 0; i < mass.Length; i++)
        {
            logSum.Add(mass[i] > 0 ? Math.Log(mass[i]) + start + (i * step) : double.NegativeInfinity);
        }

        return logSum.Value;
    }

    private static Complex[] Fold(DiscreteLoss loss, double tilt, double log, int size)
    {
        var values = new Complex[size];
        for (var i = 0; i < loss.Upper.Length; i++)
        {
            var exponent = (tilt * loss.LossAt(i)) - log;
            // e^exponent may overflow where the mass is nearly zero.
            var factor = exponent < 600 ? Math.Exp(exponent) : 0;
            var (up, low) =
                factor > 0
                    ? (loss.Upper[i] * factor, loss.Lower[i] * factor)
                    : (Math.Exp(Math.Log(loss.Upper[i]) + exponent), Math.Exp(Math.Log(loss.Lower[i]) + exponent));
            values[Modulo(loss.First + i, size)] += new Complex(up, low);
        }

        return values;
    }

    private static double Norm(Complex[] values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += (value.Real * value.Real) + (value.Imaginary * value.Imaginary);
        }

        return Math.Sqrt(sum);
    }

    internal static int Modulo(long value, int size) => (int)(((value % size) + size) % size);
}
