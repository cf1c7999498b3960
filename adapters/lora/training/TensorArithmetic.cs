using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>Sums of tensors, and tensors with plain numbers.</summary>
/// <remarks>
/// TorchSharp boxes each plain number for libtorch, also the hidden factor 1 of <c>left + right</c>, and nothing keeps the box alive: a garbage
/// collection on another thread can free it while the native call still reads it, which throws or, worse, gives another number. Here each box
/// outlives its call. The operators are banned in the product's code, see <c>BannedSymbols.Tensors.txt</c>.
/// </remarks>
public static class TensorArithmetic
{
    private static readonly Scalar One = 1.ToScalar();

    /// <summary>left + right.</summary>
    /// <param name="left">Any shape.</param>
    /// <param name="right">A shape that broadcasts.</param>
    public static Tensor Plus(this Tensor left, Tensor right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return left.add(right, One);
    }

    /// <summary>tensor + number.</summary>
    /// <param name="tensor">Any shape.</param>
    /// <param name="number">Added to each element.</param>
    public static Tensor Plus(this Tensor tensor, double number)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using var boxed = number.ToScalar();
        return tensor.add(boxed, One);
    }

    /// <summary>tensor · number.</summary>
    /// <param name="tensor">Any shape.</param>
    /// <param name="number">The factor.</param>
    public static Tensor Times(this Tensor tensor, double number)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using var boxed = number.ToScalar();
        return tensor.mul(boxed);
    }

    /// <summary>tensor ÷ number.</summary>
    /// <param name="tensor">Any shape.</param>
    /// <param name="number">The divisor.</param>
    public static Tensor Over(this Tensor tensor, double number)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using var boxed = number.ToScalar();
        return tensor.div(boxed);
    }

    /// <summary>target ← target + factor · addend.</summary>
    /// <param name="target">Changed.</param>
    /// <param name="addend">A shape that broadcasts to the target's.</param>
    /// <param name="factor">The factor.</param>
    /// <returns>The target.</returns>
    public static Tensor AddInPlace(this Tensor target, Tensor addend, double factor = 1)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var boxed = factor.ToScalar();
        return target.add_(addend, boxed);
    }

    /// <summary>target ← factor · target.</summary>
    /// <param name="target">Changed.</param>
    /// <param name="factor">The factor.</param>
    /// <returns>The target.</returns>
    public static Tensor ScaleInPlace(this Tensor target, double factor)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var boxed = factor.ToScalar();
        return target.mul_(boxed);
    }
}
