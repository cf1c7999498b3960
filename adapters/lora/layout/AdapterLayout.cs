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
    private AdapterLayout(AdapterOptions options, IReadOnlyList<AdapterTensor> tensors)
    {
        Options = options;
        Tensors = tensors;
        Count = tensors.Sum(tensor => (long)tensor.Length);
        Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Describe(options, tensors))));
    }

    /// <summary>What the layout was made from.</summary>
    public AdapterOptions Options { get; }

    /// <summary>The adapted layers, in the order of the flat vector.</summary>
    public IReadOnlyList<AdapterTensor> Tensors { get; }

    /// <summary>d: the number of trained elements, all B factors together.</summary>
    public long Count { get; }

    /// <summary>The factor on the adapter's output.</summary>
    public double Scale => Options.Scale;

    /// <summary>
    /// SHA-256 (64 lower-case hex digits) over names, shapes, order, alpha, scaling, the algorithm of the frozen factors and
    /// their digests.
    /// </summary>
    public string Digest { get; }

    /// <summary>Chooses the layers of a LLaMA that an adapter changes.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="options">The adapter asked for.</param>
    /// <returns>The layout.</returns>
    /// <exception cref="InvalidAdapterOptionsException">The options do not fit the model.</exception>
    public static AdapterLayout For(LlamaConfig config, AdapterOptions options) =>
        For(LlamaLinears.Of(config), options);

    /// <summary>Chooses the layers of a model that an adapter changes.</summary>
    /// <param name="linears">The model's linear layers in a fixed order; paths are distinct.</param>
    /// <param name="options">The adapter asked for.</param>
    /// <returns>The layout.</returns>
    /// <exception cref="InvalidAdapterOptionsException">
    /// Rank, alpha or seed out of range, no targets, a target that matches nothing, or a rank larger than a side of a layer.
    /// </exception>
    public static AdapterLayout For(IReadOnlyList<LinearShape> linears, AdapterOptions options)
    {
        ArgumentNullException.ThrowIfNull(linears);
        ArgumentNullException.ThrowIfNull(options);
        CheckOptions(options);
        foreach (var target in options.Targets)
        {
            if (!linears.Any(linear => Matches(linear.Path, target)))
            {
                var names = string.Join(", ", linears.Select(linear => LastSegment(linear.Path)).Distinct());
                throw new InvalidAdapterOptionsException(
                    $"adapter.targets: \"{target}\" matches no linear layer of the base model. Its layers are: {names}."
                );
            }
        }

        var tensors = new List<AdapterTensor>();
        var offset = 0L;
        foreach (var linear in linears)
        {
            if (options.Targets.Any(target => Matches(linear.Path, target)))
            {
                var tensor = Adapt(linear, options, offset);
                tensors.Add(tensor);
                offset += tensor.Length;
            }
        }

        return offset <= Array.MaxLength
            ? new AdapterLayout(options, tensors)
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

        if (options.Targets.Count == 0)
        {
            throw new InvalidAdapterOptionsException(
                "adapter.targets is empty; name at least one linear layer, such as q_proj."
            );
        }
    }

    private static AdapterTensor Adapt(LinearShape linear, AdapterOptions options, long offset)
    {
        var smaller = Math.Min(linear.InFeatures, linear.OutFeatures);
        if (options.Rank > smaller)
        {
            throw new InvalidAdapterOptionsException(
                $"adapter.rank = {options.Rank} is larger than {linear.Path} ({linear.OutFeatures} × {linear.InFeatures}); at most {smaller}."
            );
        }

        var frozen = FrozenFactor.Create(options.Seed, linear.Path, options.Rank, linear.InFeatures);
        return new AdapterTensor(
            linear.Path,
            options.Rank,
            linear.InFeatures,
            linear.OutFeatures,
            offset,
            FrozenFactor.Digest(frozen)
        );
    }

    // The same rule as PEFT's target_modules: the whole path, or a suffix of whole segments.
    private static bool Matches(string path, string target) =>
        path == target || path.EndsWith("." + target, StringComparison.Ordinal);

    private static string LastSegment(string path) => path[(path.LastIndexOf('.') + 1)..];

    private static string Describe(AdapterOptions options, IReadOnlyList<AdapterTensor> tensors)
    {
        var text = new StringBuilder("federated-adapter-layout-v1\n");
        var scaling = options.Scaling == LoraScaling.RsLora ? "rslora" : "lora";
        text.Append(CultureInfo.InvariantCulture, $"alpha {options.Alpha:R}\nscaling {scaling}\n");
        text.Append(CultureInfo.InvariantCulture, $"frozen {FrozenFactor.AlgorithmId}\n");
        foreach (var t in tensors)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{t.Path} {t.Rank} {t.InFeatures} {t.OutFeatures} {t.FrozenDigest}\n"
            );
        }

        return text.ToString();
    }
}
