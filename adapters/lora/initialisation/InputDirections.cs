using Federated.Adapters.Models;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Federated.Adapters;

/// <summary>The strongest directions of the inputs of some layers that have their input in common, such as q, k and v of one block.</summary>
/// <param name="linear">The first of these layers.</param>
/// <param name="settling">How many of the first directions must come to rest.</param>
/// <param name="components">How many directions are kept.</param>
internal sealed class InputDirections(AdaptableLinear linear, int settling, int components)
{
    private readonly IncrementalPca _pca = new((int)linear.InFeatures, components);
    private double[][] _before = [];
    private long _nextLook = FirstLook;

    // Of fewer tokens two halves may agree by chance.
    private const long FirstLook = 256;

    /// <summary>Whether twice the text has turned none of the first directions by much.</summary>
    public bool HasSettled { get; private set; }

    /// <summary>Tokens read.</summary>
    public long Tokens => _pca.Rows;

    /// <summary>The directions, strongest first, and the share of the inputs' energy along each.</summary>
    public (double[][] Directions, double[] Shares) Result() => _pca.Components();

    /// <summary>Reads the inputs of a forward pass.</summary>
    /// <param name="input">[B, T, in].</param>
    /// <param name="isReal">B × T: whether a position is a token, and not padding.</param>
    public void Read(Tensor input, bool[] isReal)
    {
        using var scope = NewDisposeScope();
        var width = (int)linear.InFeatures;
        var values = input.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        for (var position = 0; position < isReal.Length; position++)
        {
            if (isReal[position])
            {
                var row = new double[width];
                TensorPrimitives.ConvertTruncating<float, double>(values.AsSpan(position * width, width), row);
                _pca.Add(row);
            }
        }

        if (!double.IsFinite(_pca.Energy))
        {
            throw new InvalidAdapterOptionsException(
                $"{linear.Path}: its inputs on the public text are not finite numbers; the base model is damaged, or kept in too few bits."
            );
        }
    }

    /// <summary>Looks, each time the text has doubled, whether the directions have come to rest.</summary>
    /// <param name="threshold">The least cosine.</param>
    public void Look(double threshold)
    {
        if (Tokens < _nextLook)
        {
            return;
        }

        _nextLook = 2 * Tokens;
        var now = _pca.Components().Directions;
        HasSettled =
            now.Length >= settling
            && _before.Length >= settling
            && _before.Take(settling).All(before => CosineTo(before, now) >= threshold);
        _before = now;
    }

    // To the span of the first directions: two of like strength turn within it for ever, and A spans the same.
    private double CosineTo(double[] direction, double[][] directions) =>
        Math.Sqrt(directions.Take(settling).Sum(other => Math.Pow(TensorPrimitives.Dot<double>(direction, other), 2)));
}
