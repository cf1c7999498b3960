using System.Numerics;

namespace Federated.Privacy.Accounting.Tests;

/// <summary>
/// δ(ε) of composed sampled Gaussian steps without any grid on the loss: the inverse Laplace integral
/// δ(ε) = (1/2πi) ∫ M(z)·e^(−εz) ÷ (z(z+1)) dz along Re z = c &gt; 0, M(z) = E_P[e^(zL)]; 1/(z(z+1)) is the transform of (1 − e^(−t))₊.
/// </summary>
/// <remarks>Both integrals are trapezoids over analytic integrands on whole lines, so each converges geometrically; no digits are lost at the saddle point c.</remarks>
internal sealed class LossContour
{
    private readonly double _logDelta;
    private readonly List<(double[] Losses, double[] Masses, long Steps)> _phases = [];

    /// <summary>Prepares one direction.</summary>
    /// <param name="phases">q, σ and how many steps.</param>
    /// <param name="smallestDelta">Probabilities far below this may be left out.</param>
    /// <param name="add">The unit is in the other data set: the losses of the base against the mixture.</param>
    public LossContour(
        IEnumerable<(double Rate, double Noise, long Steps)> phases,
        double smallestDelta,
        bool add = false
    )
    {
        _logDelta = Math.Log(smallestDelta);
        foreach (var (rate, noise, steps) in phases)
        {
            // The saddle lies where δ is decided; the tilted outcomes reach nine deviations beyond.
            var (variance, reach) = (noise * noise, Math.Sqrt(2 * Math.Log(steps / smallestDelta)) + 9);
            var (low, high) = (-reach * noise, 1 + (reach * noise));
            var count = (int)((high - low) / Math.Min(noise / 20, variance / 20)) + 1;
            var step = (high - low) / count;
            var (losses, masses) = (new double[count + 1], new double[count + 1]);
            for (var i = 0; i <= count; i++)
            {
                var x = low + (i * step);
                var loss = Loss(rate, ((2 * x) - 1) / (2 * variance));
                losses[i] = add ? -loss : loss;
                masses[i] =
                    step * Math.Exp((-x * x / (2 * variance)) + (add ? 0 : loss)) / (noise * Math.Sqrt(2 * Math.PI));
            }

            _phases.Add((losses, masses, steps));
        }
    }

    /// <summary>
    /// δ(ε), good to about 1e-8 relative where the phases sample often enough to move every record's loss. Where large losses are rare and the rest stays at 0, M(z) does not
    /// fall along the line and the rest must cancel: 2e-5 at q = 1e-3, σ = 0.6, 100 steps, and no digit at q = 1e-4, σ = 0.7, 1000 steps.
    /// </summary>
    public double Delta(double epsilon)
    {
        double Height(double c) => LogMoment(c).Real - (epsilon * c) - Math.Log(c * (c + 1));
        var c = Enumerable
            .Range(0, 70)
            .Select(k => 0.05 * Math.Pow(1.2, k))
            .Where(c => double.IsFinite(Height(c)))
            .MinBy(Height);
        var (top, bend) = (Height(c), 1e-3 * c);
        var spread = Math.Sqrt((LogMoment(c + bend) + LogMoment(c - bend) - (2 * LogMoment(c))).Real / (bend * bend));
        // What the trapezoid adds lies whole periods P of the loss away from ε: at most e^(−cP), which must be nothing beside δ.
        var stride = 2 * Math.PI / (((25 - _logDelta) / c) + (16 * spread));
        var (total, recent) = (0.0, 1.0);
        for (var k = 0; recent > 1e-10; k++)
        {
            var z = new Complex(c, stride * (k + 0.5));
            var value = Complex.Exp(LogMoment(z) - (epsilon * z) - Complex.Log(z) - Complex.Log(z + 1) - top);
            total += stride * value.Real;
            recent = Math.Max(0.9 * recent, Complex.Abs(value) * z.Imaginary / Math.Abs(total));
        }

        return total / Math.PI * Math.Exp(top);
    }

    private Complex LogMoment(Complex z)
    {
        var sum = Complex.Zero;
        foreach (var (losses, masses, steps) in _phases)
        {
            var rise = Complex.Zero;
            for (var i = 0; i < losses.Length; i++)
            {
                var x = z * losses[i];
                rise += masses[i] * (Complex.Abs(x) < 1e-2 ? Series(x) : Complex.Exp(x) - 1);
            }

            sum += steps * Complex.Log(1 + rise);
        }

        return sum;
    }

    // ln(1 − q + q·e^t): near 0, and far below it, no digits are lost.
    private static double Loss(double rate, double exponent)
    {
        var excess = rate * (Math.Abs(exponent) < 1e-2 ? Series(exponent).Real : Math.Exp(exponent) - 1);
        return Math.Abs(excess) < 1e-3
            ? excess * (1 - (excess / 2 * (1 - (excess * 2 / 3 * (1 - (excess * 3 / 4 * (1 - (excess * 4 / 5))))))))
            : Math.Log(1 - rate + (rate * Math.Exp(exponent)));
    }

    // e^x − 1.
    private static Complex Series(Complex x) =>
        x * (1 + (x / 2 * (1 + (x / 3 * (1 + (x / 4 * (1 + (x / 5 * (1 + (x / 6))))))))));
}
