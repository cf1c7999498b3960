using System.Globalization;
using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms;

/// <summary>
/// The sum of one vector of each node (or of each held-out record: a node then stands for a record), for a guarantee about nodes: neighbours differ by one node's vector being zero. Every vector is cut to the
/// sensitivity and rounded to a public integer grid; the sum is released once, with rounded Gaussian noise.
/// </summary>
/// <remarks>
/// The guarantee is one <see cref="GaussianEvent"/>(noiseMultiplier). The proof is that of <see cref="GaussianMechanism"/>: the sum is an integer vector that moves by at most
/// R = 2^bits when one node's vector becomes zero, checked on the integers, and round(f + Z) is post-processing of f + Z. Vectors are taken one after another; memory is
/// one long for each element.
/// </remarks>
public sealed class NodeSum : IDisposable
{
    private readonly IntegerGrid _grid;
    private long[]? _sum;

    /// <summary>Starts a sum at zero.</summary>
    /// <param name="dimension">Elements of each vector. ≥ 1.</param>
    /// <param name="sensitivity">The largest L2 norm of a node's vector, a public constant; finite and &gt; 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public NodeSum(int dimension, double sensitivity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        if (!(sensitivity > 0) || !double.IsFinite(sensitivity))
        {
            throw new ArgumentOutOfRangeException(
                nameof(sensitivity),
                sensitivity,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"sensitivity = {sensitivity}; expected a finite number > 0"
                )
            );
        }

        (_grid, _sum) = (new IntegerGrid(dimension, sensitivity), new long[dimension]);
    }

    /// <summary>Cuts, rounds and adds one node's vector. One that is not finite counts as zero.</summary>
    /// <param name="vector">As many numbers as the dimension; each node gives one vector at most.</param>
    /// <exception cref="InvalidOperationException">The sum was released before.</exception>
    public void Add(ReadOnlySpan<double> vector)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Length, _grid.Dimension);
        var sum = _sum ?? throw Released();
        var squares = 0.0;
        foreach (var value in vector)
        {
            squares += value * value;
        }

        // A vector that is not finite, or whose norm is not, is dropped whole.
        if (!double.IsFinite(squares))
        {
            return;
        }

        var scale = Math.Min(_grid.RadiusBeforeRounding / Math.Sqrt(squares), 1 / _grid.Unit);
        var integers = new long[vector.Length];
        var radius = (UInt128)0;
        for (var i = 0; i < integers.Length; i++)
        {
            integers[i] = (long)Math.Round(vector[i] * scale);
            radius += (UInt128)((Int128)integers[i] * integers[i]);
        }

        if (radius > (UInt128)(_grid.Radius * _grid.Radius))
        {
            throw new InvalidOperationException(
                "a node's vector is outside the bound on the integer grid; nothing is released"
            );
        }

        for (var i = 0; i < integers.Length; i++)
        {
            sum[i] += integers[i];
        }
    }

    /// <summary>Releases the sum, once.</summary>
    /// <param name="noiseMultiplier">Standard deviation of the noise ÷ sensitivity; in (0, 1e6].</param>
    /// <param name="noise">Where the noise comes from.</param>
    /// <exception cref="ArgumentOutOfRangeException">The noise multiplier is outside its range; the sum is untouched.</exception>
    /// <exception cref="InvalidOperationException">The sum was released before.</exception>
    public NoisyNodeSum Release(double noiseMultiplier, NoiseSource noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        if (noiseMultiplier is not (> 0 and <= 1e6))
        {
            throw new ArgumentOutOfRangeException(
                nameof(noiseMultiplier),
                noiseMultiplier,
                "expected a number in (0, 1e6]"
            );
        }

        var sum = _sum ?? throw Released();
        _sum = null;
        RoundedGaussianSampler.Add(sum, noiseMultiplier * _grid.Radius, noise.Noise);
        var values = new double[sum.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = sum[i] * _grid.Unit;
        }

        Array.Clear(sum);
        PrivacyEvent privacyEvent = noise.IsPrivate ? new GaussianEvent(noiseMultiplier) : new NonPrivateEvent();
        return new NoisyNodeSum(values, privacyEvent, noise.IsPrivate);
    }

    /// <summary>Clears the sum.</summary>
    public void Dispose()
    {
        if (_sum is { } sum)
        {
            Array.Clear(sum);
            _sum = null;
        }
    }

    private static InvalidOperationException Released() =>
        new("this sum was released or disposed before: two noisy copies of one sum would average their noise away");
}
