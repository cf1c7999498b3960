using System.Numerics;

namespace Federated.Privacy.Accounting.Tests;

/// <summary>
/// δ(ε) of composed sampled Gaussian steps without any grid on the loss: the inverse Laplace integral
/// δ(ε) = (1/2πi) ∫ M(z)·e^(−εz) ÷ (z(z+1)) dz along Re z = c &gt; 0, M(z) = E_P[e^(zL)]; 1/(z(z+1)) is the transform of (1 − e^(−t))₊.
/// </summary>
/// <remarks>Both integrals are trapezoids over analytic integrands on whole lines, so each converges geometrically; no digits are lost at the saddle point c.</remarks>
internal sealed class LossContour
{
    private readonly List<(double[] Losses, double[] Masses, long Steps)> _phases = [];

    /// <summary>Prepares the remove direction.</summary>
    /// <param name="phases">q, σ and how many steps.</param>
    /// <param name="smallestDelta">Probabilities far below this may be left out.</param>
    public LossContour(IEnumerable<(double Rate, double Noise, long Steps)> phases, double smallestDelta)
    {
        foreach (var (rate, noise, steps) in phases)
        {
            var (variance, reach) = (noise * noise, Math.Sqrt(2 * Math.Log(steps / (1e-12 * smallestDelta))));
            var (low, high) = (-reach * noise, 1 + (reach * noise));
            var count = (int)((high - low) / Math.Min(noise / 20, variance / 20)) + 1;
            var step = (high - low) / count;
            var (losses, masses) = (new double[count + 1], new double[count + 1]);
            for (var i = 0; i <= count; i++)
            {
                var x = low + (i * step);
                losses[i] = Math.Log(1 - rate + (rate * Math.Exp(((2 * x) - 1) / (2 * variance))));
                masses[i] = step * Math.Exp((-x * x / (2 * variance)) + losses[i]) / (noise * Math.Sqrt(2 * Math.PI));
            }

            _phases.Add((losses, masses, steps));
        }
    }

    /// <summary>δ(ε), good to about 1e-8 relative.</summary>
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
        // What the trapezoid adds lies a whole period of the loss away from ε.
        var stride = 2 * Math.PI / ((30 / c) + (16 * spread));
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

    // e^x − 1.
    private static Complex Series(Complex x) =>
        x * (1 + (x / 2 * (1 + (x / 3 * (1 + (x / 4 * (1 + (x / 5 * (1 + (x / 6))))))))));
}
