using System.Numerics;

namespace Federated.Privacy.Accounting.Pld;

/// <summary>Powers and products of two real sequences' spectra that travel as the real and imaginary part of one sequence.</summary>
internal static class SpectrumPower
{
    /// <summary>
    /// Splits the joint spectrum Z into the spectra of the real and of the imaginary sequence, raises both to a power, and leaves the first in the entries
    /// 0 … N/2 and the second, for the same frequencies, in the others.
    /// </summary>
    public static void Raise(Complex[] joint, long power)
    {
        var size = joint.Length;
        for (var k = 0; k <= size / 2; k++)
        {
            var mirror = (size - k) % size;
            var (here, there) = (joint[k], Complex.Conjugate(joint[mirror]));
            var first = Pow(0.5 * (here + there), power);
            var difference = here - there;
            var second = Pow(new Complex(0.5 * difference.Imaginary, -0.5 * difference.Real), power);
            if (mirror == k)
            {
                // Frequencies 0 and N/2 of real sequences are real.
                joint[k] = new Complex(first.Real, second.Real);
            }
            else
            {
                (joint[k], joint[mirror]) = (first, second);
            }
        }
    }

    /// <summary>Multiplies two raised spectra, in place of the first.</summary>
    public static void Multiply(Complex[] product, Complex[] factor)
    {
        var half = product.Length / 2;
        for (var k = 0; k < product.Length; k++)
        {
            product[k] =
                k == 0 || k == half
                    ? new Complex(product[k].Real * factor[k].Real, product[k].Imaginary * factor[k].Imaginary)
                    : product[k] * factor[k];
        }
    }

    /// <summary>Back to one joint spectrum, ready for the inverse transform.</summary>
    public static void Join(Complex[] raised)
    {
        var size = raised.Length;
        for (var k = 1; k < size / 2; k++)
        {
            var (first, second) = (raised[k], raised[size - k]);
            // Z = F + iS; at the mirrored frequency both are conjugate.
            raised[k] = new Complex(first.Real - second.Imaginary, first.Imaginary + second.Real);
            raised[size - k] = new Complex(first.Real + second.Imaginary, second.Real - first.Imaginary);
        }
    }

    private static Complex Pow(Complex value, long power)
    {
        if (power == 1)
        {
            return value;
        }

        var square = (value.Real * value.Real) + (value.Imaginary * value.Imaginary);
        var logMagnitude = 0.5 * power * Math.Log(square);
        // Below 1e-30 of the whole nothing reaches the result.
        if (!(logMagnitude > -70))
        {
            return Complex.Zero;
        }

        var angle = Math.IEEERemainder(power * Math.Atan2(value.Imaginary, value.Real), 2 * Math.PI);
        var (sine, cosine) = Math.SinCos(angle);
        var magnitude = Math.Exp(logMagnitude);
        return new Complex(magnitude * cosine, magnitude * sine);
    }
}
