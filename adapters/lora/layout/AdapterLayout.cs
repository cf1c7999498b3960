using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Federated.Adapters.Models;

namespace Federated.Adapters;

/// <summary>
/// Which layers an adapter changes, in which order its numbers lie, and by which digest two parties know that they mean the
/// same. Made from shapes alone: no weights, no tensor library, so that a silo can make it.
/// </summary>
public sealed class AdapterLayout
{
    private readonly Lazy<(AdapterLayout B, AdapterLayout A)> _trained;

    private AdapterLayout(AdapterOptions options, HeldFactors holds, IReadOnlyList<AdapterTensor> tensors)
    {
        Options = options;
        Holds = holds;
        Tensors = tensors;
        Count = tensors.Sum(tensor => (long)tensor.Length);
        Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(LayoutText.Of(this))));
        _trained = new(() => (Part(HeldFactors.B), Part(HeldFactors.A)));
    }

    /// <summary>What the layout was made from.</summary>
    public AdapterOptions Options { get; }

    /// <summary>Which factors the flat vector holds. What it does not hold is the frozen A, or fixed for this version.</summary>
    public HeldFactors Holds { get; }

    /// <summary>The adapted layers, in the order of the flat vector; each layer's A (where held) stands before its B.</summary>
    public IReadOnlyList<AdapterTensor> Tensors { get; }

    /// <summary>d: the number of elements of the flat vector.</summary>
    public long Count { get; }

    /// <summary>
    /// SHA-256 (64 lower-case hex digits) over names, shapes, order, alpha, scaling, held factors, the algorithm of the frozen factors
    /// and their digests.
    /// </summary>
    public string Digest { get; }

    /// <summary>
    /// The layout of an update that is trained from a base version. Alternating runs train B from even versions and A from odd ones;
    /// all others always train the whole vector.
    /// </summary>
    /// <param name="baseVersion">s ≥ 0.</param>
    /// <returns>A layout of the same layers; this one unless the run alternates.</returns>
    public AdapterLayout TrainedAt(long baseVersion)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(baseVersion);
        if (Options.Factors != TrainedFactors.Alternating || Holds != HeldFactors.Both)
        {
            return this;
        }

        return baseVersion % 2 == 0 ? _trained.Value.B : _trained.Value.A;
    }

    /// <summary>The adapter of version 0, which leaves the model as it is: every A as the layer begins with it, every B zero.</summary>
    /// <returns><see cref="Count"/> numbers.</returns>
    public float[] InitialValues()
    {
        var values = new float[Count];
        foreach (var tensor in Tensors.Where(tensor => tensor.Holds.HasFlag(HeldFactors.A)))
        {
            InitialA(tensor).CopyTo(values.AsSpan((int)tensor.OffsetOfA));
        }

        return values;
    }

    /// <summary>
    /// The A that a layer begins with, [r, in] row-major: from the seed, from <see cref="AdapterOptions.Initial"/>, or the rows of the identity that
    /// a slice adapter has.
    /// </summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    public float[] InitialA(AdapterTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return InitialA(Options, tensor.Path, tensor.Rank, tensor.InFeatures);
    }

    /// <summary>B of a layer, [out, r] row-major, whatever the flat vector holds for it.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <param name="values"><see cref="Count"/> numbers.</param>
    public float[] WholeB(AdapterTensor tensor, ReadOnlySpan<float> values)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var held = values.Slice((int)tensor.OffsetOfB, tensor.LengthOfB);
        return tensor.BasisDigest is null
            ? held.ToArray()
            : FrozenBasis.Times(Basis(tensor), held, tensor.OutFeatures, tensor.Rank);
    }

    /// <summary>The frozen basis Q of a layer, [out, r] row-major; only where <see cref="AdapterTensor.BasisDigest"/> is there.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    internal float[] Basis(AdapterTensor tensor) =>
        FrozenBasis.Create(Options.Seed, tensor.Path, tensor.Rank, tensor.OutFeatures);

    /// <summary>Takes the numbers of a part out of a whole vector.</summary>
    /// <param name="part">This layout, or what <see cref="TrainedAt"/> gives of it.</param>
    /// <param name="values"><see cref="Count"/> numbers.</param>
    /// <returns>The part's numbers, in its order.</returns>
    public float[] Take(AdapterLayout part, ReadOnlySpan<float> values)
    {
        var taken = new float[Check(part, values.Length).Count];
        foreach (var (whole, own, length) in Pieces(part))
        {
            values.Slice(whole, length).CopyTo(taken.AsSpan(own));
        }

        return taken;
    }

    /// <summary>Puts the numbers of a part into a whole vector.</summary>
    /// <param name="part">This layout, or what <see cref="TrainedAt"/> gives of it.</param>
    /// <param name="partValues">The part's numbers.</param>
    /// <param name="values"><see cref="Count"/> numbers; those of the part are replaced.</param>
    public void Put(AdapterLayout part, ReadOnlySpan<float> partValues, Span<float> values)
    {
        if (partValues.Length != Check(part, values.Length).Count)
        {
            throw new ArgumentException($"{partValues.Length} values; the part has {part.Count}.", nameof(partValues));
        }

        foreach (var (whole, own, length) in Pieces(part))
        {
            partValues.Slice(own, length).CopyTo(values[whole..]);
        }
    }

    /// <summary>Chooses the layers of a model that an adapter changes.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="options">The adapter asked for.</param>
    /// <returns>The layout.</returns>
    /// <exception cref="InvalidAdapterOptionsException">The options do not fit the model.</exception>
    public static AdapterLayout For(ModelConfig config, AdapterOptions options) =>
        For((config ?? throw new ArgumentNullException(nameof(config))).Linears, options);

    /// <summary>Chooses the layers of a model that an adapter changes.</summary>
    /// <param name="linears">The model's linear layers in a fixed order; paths are distinct.</param>
    /// <param name="options">The adapter asked for.</param>
    /// <returns>The layout.</returns>
    /// <exception cref="InvalidAdapterOptionsException">
    /// Rank, alpha or seed out of range, no targets, a target that matches nothing, a rank larger than a side of a layer, or initial
    /// factors of other layers or shapes.
    /// </exception>
    public static AdapterLayout For(IReadOnlyList<LinearShape> linears, AdapterOptions options)
    {
        ArgumentNullException.ThrowIfNull(linears);
        ArgumentNullException.ThrowIfNull(options);
        CheckOptions(options);
        foreach (var target in options.Targets)
        {
            if (!linears.Any(linear => LayerPattern.IsTarget(linear.Path, target)))
            {
                var names = string.Join(", ", linears.Select(linear => LastSegment(linear.Path)).Distinct());
                throw new InvalidAdapterOptionsException(
                    $"adapter.targets: \"{target}\" matches no linear layer of the base model. Its layers are: {names}."
                );
            }
        }

        LinearShape[] adapted =
        [
            .. linears.Where(linear => options.Targets.Any(target => LayerPattern.IsTarget(linear.Path, target))),
        ];
        var ranks = LayerRanks.Of(adapted, options);
        var holds = options.Factors is TrainedFactors.AB or TrainedFactors.Alternating
            ? HeldFactors.Both
            : HeldFactors.B;
        var tensors = new List<AdapterTensor>();
        var offset = 0L;
        foreach (var (linear, rank) in adapted.Zip(ranks))
        {
            var tensor = Adapt(linear, rank, options, offset) with { Holds = holds };
            tensors.Add(tensor);
            offset += tensor.Length;
        }

        if (options.Initial is { } initial && initial.Factors.Count != tensors.Count)
        {
            throw new InvalidAdapterOptionsException(
                $"adapter.initialisation: the file {initial.Sha256} has {initial.Factors.Count} factors, and {tensors.Count} layers are adapted; make it for these targets."
            );
        }

        return offset <= Array.MaxLength
            ? new AdapterLayout(options, holds, tensors)
            : throw new InvalidAdapterOptionsException(
                $"adapter.rank = {options.Rank} gives {offset} trained elements; at most {Array.MaxLength}. Lower the rank or name fewer targets."
            );
    }

    private static void CheckOptions(AdapterOptions options)
    {
        if (options.Rank is < 1 or > AdapterOptions.MaxRank)
        {
            throw new InvalidAdapterOptionsException(
                $"adapter.rank = {options.Rank}; expected 1 … {AdapterOptions.MaxRank}."
            );
        }

        if (!double.IsFinite(options.Alpha) || options.Alpha <= 0)
        {
            throw new InvalidAdapterOptionsException(
                string.Create(CultureInfo.InvariantCulture, $"adapter.alpha = {options.Alpha}; expected a number > 0.")
            );
        }

        if (options.Seed < 0)
        {
            throw new InvalidAdapterOptionsException($"adapter.seed = {options.Seed}; expected 0 … {long.MaxValue}.");
        }

        if (options is { Factors: TrainedFactors.Slices, Initial: not null })
        {
            throw new InvalidAdapterOptionsException(
                "adapter.initialisation: slices have no A of their own; leave it out, or write factors: b."
            );
        }

        if (options.Targets.Count == 0)
        {
            throw new InvalidAdapterOptionsException(
                "adapter.targets is empty; name at least one linear layer, such as q_proj."
            );
        }
    }

    private static AdapterTensor Adapt(LinearShape linear, int rank, AdapterOptions options, long offset)
    {
        var initial = InitialA(options, linear.Path, rank, linear.InFeatures);
        return new AdapterTensor(
            linear.Path,
            rank,
            linear.InFeatures,
            linear.OutFeatures,
            offset,
            FrozenFactor.Digest(initial)
        )
        {
            Scale = options.ScaleOf(rank),
            SliceStart =
                options.Factors == TrainedFactors.Slices
                    ? FrozenSlice.Start(options.Seed, linear.Path, rank, linear.InFeatures)
                    : null,
            BasisDigest =
                options.Factors == TrainedFactors.Core
                    ? FrozenFactor.Digest(FrozenBasis.Create(options.Seed, linear.Path, rank, linear.OutFeatures))
                    : null,
        };
    }

    private static float[] InitialA(AdapterOptions options, string path, int rank, int inFeatures) =>
        options.Factors == TrainedFactors.Slices
            ? FrozenSlice.Create(FrozenSlice.Start(options.Seed, path, rank, inFeatures), rank, inFeatures)
            : options.Initial?.Of(path, rank, inFeatures) ?? FrozenFactor.Create(options.Seed, path, rank, inFeatures);

    private AdapterLayout Part(HeldFactors holds)
    {
        var tensors = new List<AdapterTensor>();
        var offset = 0L;
        foreach (var whole in Tensors)
        {
            var tensor = whole with { Offset = offset, Holds = holds };
            tensors.Add(tensor);
            offset += tensor.Length;
        }

        return new AdapterLayout(Options, holds, tensors);
    }

    private AdapterLayout Check(AdapterLayout part, int values)
    {
        ArgumentNullException.ThrowIfNull(part);
        if (values != Count)
        {
            throw new ArgumentException($"{values} values; the layout has {Count}.", nameof(values));
        }

        return part.Digest == Digest || part.Digest == TrainedAt(0).Digest || part.Digest == TrainedAt(1).Digest
            ? part
            : throw new ArgumentException($"The layout {part.Digest} is no part of {Digest}.", nameof(part));
    }

    private IEnumerable<(int Whole, int Own, int Length)> Pieces(AdapterLayout part)
    {
        foreach (var (whole, own) in Tensors.Zip(part.Tensors))
        {
            var from = own.Holds == HeldFactors.B ? whole.OffsetOfB : whole.Offset;
            yield return ((int)from, (int)own.Offset, own.Length);
        }
    }

    private static string LastSegment(string path) => path[(path.LastIndexOf('.') + 1)..];
}
