using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>
/// A low-rank adapter on a model (Hu et al. 2021): every layer of the layout gives y + Scale · (x Aᵀ) Bᵀ instead of y. A is frozen
/// and made from the run's seed; the B factors are one flat vector, the thing that is trained and travels.
/// </summary>
/// <remarks>Not thread-safe; all calls from the thread that runs the model.</remarks>
public sealed class LoraAdapter : IDisposable
{
    private readonly AdaptableLinear[] _linears;
    private readonly Tensor[] _scaledA;
    private readonly Tensor _values;
    private Tensor[]? _bound;

    /// <summary>Attaches an adapter of zeros (B = 0: the model is as before) to a model.</summary>
    /// <param name="model">The model; its own parameters are left as they are.</param>
    /// <param name="layout">Made from this model's shapes.</param>
    /// <exception cref="InvalidAdapterOptionsException">The model has no such layer, another shape, or an adapter already.</exception>
    public LoraAdapter(CausalLanguageModel model, AdapterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(layout);
        Model = model;
        Layout = layout;
        _linears = [.. layout.Tensors.Select(tensor => Find(model, tensor))];
        var device = _linears[0].Weight.device;
        _scaledA = [.. layout.Tensors.Select(tensor => ScaledA(layout, tensor, device))];
        _values = zeros(layout.Count, device: device).DetachFromDisposeScope();
        for (var i = 0; i < _linears.Length; i++)
        {
            var index = i;
            _linears[i].Adapter = (input, output) => Adapt(index, input, output);
        }
    }

    /// <summary>The model it is attached to.</summary>
    public CausalLanguageModel Model { get; }

    /// <summary>What it changes.</summary>
    public AdapterLayout Layout { get; }

    /// <summary>When false the model is as if there were no adapter.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The flat vector [d], float32; a leaf without gradient. Whoever writes into it changes the adapter.</summary>
    public Tensor Values => _values;

    /// <summary>Sets all B factors.</summary>
    /// <param name="values">Exactly <see cref="AdapterLayout.Count"/> finite numbers in the layout's order.</param>
    /// <exception cref="ArgumentException">Another number of values, or one that is not finite; nothing is changed.</exception>
    public void SetValues(ReadOnlySpan<float> values)
    {
        if (values.Length != Layout.Count)
        {
            throw new ArgumentException($"{values.Length} values; the layout has {Layout.Count}.", nameof(values));
        }

        var bad = FiniteValues.IndexOfNotFinite(values);
        if (bad >= 0)
        {
            throw new ArgumentException($"values[{bad}] = {values[bad]}; expected a finite number.", nameof(values));
        }

        using var untracked = no_grad();
        using var source = tensor(values.ToArray());
        _values.copy_(source);
    }

    /// <summary>Reads all B factors.</summary>
    /// <returns><see cref="AdapterLayout.Count"/> numbers in the layout's order.</returns>
    public float[] GetValues()
    {
        using var onCpu = _values.cpu();
        return onCpu.data<float>().ToArray();
    }

    /// <summary>Takes the adapter off the model.</summary>
    public void Dispose()
    {
        foreach (var linear in _linears)
        {
            linear.Adapter = null;
        }

        foreach (var tensor in _scaledA)
        {
            tensor.Dispose();
        }

        _values.Dispose();
    }

    /// <summary>
    /// Uses other numbers than <see cref="Values"/> until the answer is disposed: [d], shared by all records, or [b, d], one adapter
    /// a record. One split node cuts them, so that backward gives one gradient of their own shape.
    /// </summary>
    internal Binding Bind(Tensor values)
    {
        if (_bound is not null)
        {
            throw new InvalidOperationException("The adapter is bound already; bindings do not nest.");
        }

        var perExample = values.dim() == 2;
        var axis = perExample ? 1 : 0;
        long[] lengths = [.. Layout.Tensors.Select(tensor => (long)tensor.Length)];
        _bound = values.split(lengths, axis);
        for (var i = 0; i < _bound.Length; i++)
        {
            var tensor = Layout.Tensors[i];
            long[] shape = perExample
                ? [values.shape[0], tensor.OutFeatures, tensor.Rank]
                : [tensor.OutFeatures, tensor.Rank];
            _bound[i] = _bound[i].reshape(shape);
        }

        return new Binding(this);
    }

    // input [B, T, in], output [B, T, out]
    private Tensor Adapt(int index, Tensor input, Tensor output)
    {
        if (!Enabled)
        {
            return output;
        }

        var tensor = Layout.Tensors[index];
        var b = _bound?[index] ?? _values.narrow(0, tensor.Offset, tensor.Length).view(tensor.OutFeatures, tensor.Rank);
        return LowRankProduct.Add(output, input, _scaledA[index], b);
    }

    private static AdaptableLinear Find(CausalLanguageModel model, AdapterTensor tensor)
    {
        var linear =
            model.AdaptableLinears.FirstOrDefault(candidate => candidate.Path == tensor.Path)
            ?? throw new InvalidAdapterOptionsException($"The model has no layer {tensor.Path}.");
        if (linear.InFeatures != tensor.InFeatures || linear.OutFeatures != tensor.OutFeatures)
        {
            throw new InvalidAdapterOptionsException(
                $"{tensor.Path} is {linear.OutFeatures} × {linear.InFeatures}; the layout says {tensor.OutFeatures} × {tensor.InFeatures}."
            );
        }

        return linear.Adapter is null
            ? linear
            : throw new InvalidAdapterOptionsException(
                $"{tensor.Path} has an adapter already; dispose that one first."
            );
    }

    // The scale is folded into the frozen factor, where it costs nothing.
    private static Tensor ScaledA(AdapterLayout layout, AdapterTensor tensor, Device device)
    {
        using var untracked = no_grad();
        var frozen = FrozenFactor.Create(layout.Options.Seed, tensor.Path, tensor.Rank, tensor.InFeatures);
        long[] shape = [tensor.Rank, tensor.InFeatures];
        using var factor = TorchSharp.torch.tensor(frozen, shape, device: device);
        return factor.mul(layout.Scale).DetachFromDisposeScope();
    }

    /// <summary>Ends a binding.</summary>
    internal readonly struct Binding(LoraAdapter adapter) : IDisposable
    {
        public void Dispose() => adapter._bound = null;
    }
}
