using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>The residual of a version on a model: every layer gives y + Scale · (x Aᵀ) Bᵀ with factors that nobody trains.</summary>
/// <remarks>It stands beside the adapters that are on the model. Not thread-safe; all calls from the thread that runs the model.</remarks>
public sealed class FrozenProducts : IDisposable
{
    private readonly List<(AdaptableLinear Linear, Func<Tensor, Tensor, Tensor> Attached)> _attached = [];
    private readonly List<Tensor> _factors = [];

    /// <summary>Puts products on a model.</summary>
    /// <param name="model">The model; its own parameters are left as they are.</param>
    /// <param name="layout">Made from this model's shapes.</param>
    /// <param name="products">One for each layer of the layout, in its order.</param>
    /// <exception cref="ArgumentException">Another number of products.</exception>
    /// <exception cref="InvalidAdapterOptionsException">The model has no such layer, or another shape.</exception>
    public FrozenProducts(AdaptableModel model, AdapterLayout layout, IReadOnlyList<LayerProduct> products)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(products);
        if (products.Count != layout.Tensors.Count)
        {
            throw new ArgumentException(
                $"{products.Count} products; the layout has {layout.Tensors.Count} layers.",
                nameof(products)
            );
        }

        foreach (var (tensor, product) in layout.Tensors.Zip(products))
        {
            Attach(AdaptedLayer.Find(model, tensor), tensor, product);
        }
    }

    /// <summary>Takes the products off the model.</summary>
    public void Dispose()
    {
        foreach (var (linear, attached) in _attached)
        {
            linear.Detach(attached);
        }

        _attached.Clear();
        _factors.ForEach(factor => factor.Dispose());
        _factors.Clear();
    }

    private void Attach(AdaptableLinear linear, AdapterTensor tensor, LayerProduct product)
    {
        if (product.IsDense)
        {
            var matrix = Scaled(product.B, [tensor.OutFeatures, tensor.InFeatures], tensor.Scale, linear.Device);
            Attach(linear, (x, y) => y.Plus(nn.functional.linear(x, matrix)));
        }
        else if (product.Rank > 0)
        {
            var a = Scaled(product.A, [product.Rank, tensor.InFeatures], tensor.Scale, linear.Device);
            var b = Scaled(product.B, [tensor.OutFeatures, product.Rank], 1, linear.Device);
            Attach(linear, (x, y) => LowRankProduct.Add(y, x, a, b));
        }
    }

    private void Attach(AdaptableLinear linear, Func<Tensor, Tensor, Tensor> attached)
    {
        linear.Attach(attached);
        _attached.Add((linear, attached));
    }

    private Tensor Scaled(ReadOnlyMemory<float> elements, long[] shape, double scale, Device device)
    {
        using var untracked = no_grad();
        using var factor = tensor(elements.ToArray(), shape, device: device);
        var scaled = factor.Times(scale).DetachFromDisposeScope();
        _factors.Add(scaled);
        return scaled;
    }
}
