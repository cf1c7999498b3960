using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>
/// A low-rank adapter on a model (Hu et al. 2021): every layer of the layout gives y + Scale · (x Aᵀ) Bᵀ instead of y. What the layout
/// holds is one flat vector, the thing that is trained and travels; a factor A that it does not hold is frozen.
/// </summary>
/// <remarks>
/// Several adapters may stand on one model; their products add up. Not thread-safe; all calls from the thread that runs the model.
/// </remarks>
public sealed class LoraAdapter : IDisposable
{
    private readonly AdaptableLinear[] _linears;
    private readonly Func<Tensor, Tensor, Tensor>[] _attached;
    private readonly Tensor?[] _scaledA; // null where A is not frozen, or a slice
    private readonly Tensor?[] _bases; // null where B is held whole
    private readonly Tensor _values;
    private BoundFactors[]? _bound;

    /// <summary>Attaches the initial adapter (B = 0: the model is as before) to a model.</summary>
    /// <param name="model">The model; its own parameters are left as they are.</param>
    /// <param name="layout">Made from this model's shapes.</param>
    /// <exception cref="InvalidAdapterOptionsException">The model has no such layer, or another shape.</exception>
    public LoraAdapter(AdaptableModel model, AdapterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(layout);
        if (!layout.Holds.HasFlag(HeldFactors.B))
        {
            throw new InvalidAdapterOptionsException(
                "The layout holds no B: it is one of updates. Attach the layout of the whole adapter."
            );
        }

        Model = model;
        Layout = layout;
        _linears = [.. layout.Tensors.Select(tensor => AdaptedLayer.Find(model, tensor))];
        var device = _linears[0].Device;
        _scaledA = [.. layout.Tensors.Select(tensor => ScaledA(layout, tensor, device))];
        _bases = [.. layout.Tensors.Select(tensor => BasisOf(layout, tensor, device))];
        _values = tensor(layout.InitialValues(), device: device).DetachFromDisposeScope();
        _attached = [.. _linears.Select((_, index) => new Func<Tensor, Tensor, Tensor>((x, y) => Adapt(index, x, y)))];
        for (var i = 0; i < _linears.Length; i++)
        {
            _linears[i].Attach(_attached[i]);
        }
    }

    /// <summary>The model it is attached to.</summary>
    public AdaptableModel Model { get; }

    /// <summary>What it changes.</summary>
    public AdapterLayout Layout { get; }

    /// <summary>When false the model is as if there were no adapter.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The flat vector [d], float32; a leaf without gradient. Whoever writes into it changes the adapter.</summary>
    public Tensor Values => _values;

    /// <summary>Sets all that the layout holds.</summary>
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

    /// <summary>Reads all that the layout holds.</summary>
    /// <returns><see cref="AdapterLayout.Count"/> numbers in the layout's order.</returns>
    public float[] GetValues()
    {
        using var onCpu = _values.cpu();
        return onCpu.data<float>().ToArray();
    }

    /// <summary>Takes the adapter off the model.</summary>
    public void Dispose()
    {
        for (var i = 0; i < _linears.Length; i++)
        {
            _linears[i].Detach(_attached[i]);
        }

        foreach (var frozen in _scaledA.Concat(_bases))
        {
            frozen?.Dispose();
        }

        _values.Dispose();
    }

    /// <summary>The numbers of a part, detached; in the caller's dispose scope.</summary>
    /// <param name="part">This layout, or what <see cref="AdapterLayout.TrainedAt"/> gives of it.</param>
    internal Tensor PartOf(AdapterLayout part)
    {
        if (part.Digest == Layout.Digest)
        {
            return _values.detach();
        }

        using var untracked = no_grad();
        return cat([
            .. Layout
                .Tensors.Zip(part.Tensors)
                .Select(pair =>
                    _values.narrow(
                        0,
                        pair.Second.Holds == HeldFactors.A ? pair.First.OffsetOfA : pair.First.OffsetOfB,
                        pair.Second.Length
                    )
                ),
        ]);
    }

    /// <summary>
    /// Uses other numbers than <see cref="Values"/> until the answer is disposed: [d], shared by all records, or [b, d], one adapter
    /// a record, where d counts what <paramref name="part"/> holds.
    /// </summary>
    internal Binding Bind(AdapterLayout part, Tensor values)
    {
        if (_bound is not null)
        {
            throw new InvalidOperationException("The adapter is bound already; bindings do not nest.");
        }

        _bound = BoundFactors.Cut(part, values);
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
        var (boundA, boundB) = _bound?[index] ?? default;
        var b = boundB ?? Own(tensor.OffsetOfB, tensor.RowsOfB, tensor.Rank);
        if (tensor.SliceStart is { } start)
        {
            return LowRankProduct.AddSlice(output, input, start, b, tensor.Scale);
        }

        return _scaledA[index] is { } frozen
            ? LowRankProduct.Add(output, input, frozen, b, basis: _bases[index])
            : LowRankProduct.Add(
                output,
                input,
                boundA ?? Own(tensor.OffsetOfA, tensor.Rank, tensor.InFeatures),
                b,
                tensor.Scale
            );
    }

    private Tensor Own(long offset, int rows, int columns) =>
        _values.narrow(0, offset, (long)rows * columns).view(rows, columns);

    private static Tensor? BasisOf(AdapterLayout layout, AdapterTensor tensor, Device device)
    {
        if (tensor.BasisDigest is null)
        {
            return null;
        }

        long[] shape = [tensor.OutFeatures, tensor.Rank];
        return TorchSharp.torch.tensor(layout.Basis(tensor), shape, device: device).DetachFromDisposeScope();
    }

    // The scale is folded into a frozen factor, where it costs nothing.
    private static Tensor? ScaledA(AdapterLayout layout, AdapterTensor tensor, Device device)
    {
        if (tensor.Holds.HasFlag(HeldFactors.A) || tensor.SliceStart is not null)
        {
            return null;
        }

        using var untracked = no_grad();
        long[] shape = [tensor.Rank, tensor.InFeatures];
        using var factor = TorchSharp.torch.tensor(layout.InitialA(tensor), shape, device: device);
        return factor.Times(tensor.Scale).DetachFromDisposeScope();
    }

    /// <summary>Ends a binding.</summary>
    internal readonly struct Binding(LoraAdapter adapter) : IDisposable
    {
        public void Dispose() => adapter._bound = null;
    }
}
