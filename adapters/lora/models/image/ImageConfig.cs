namespace Federated.Adapters.Models;

/// <summary>
/// The shape of a small image classifier: convolutions, each with ReLU and 2 × 2 max pooling, then fully connected layers with ReLU
/// between them. Without convolutions it is an MLP. The model_type in config.json is "federated-image".
/// </summary>
public sealed record ImageConfig : ModelConfig
{
    /// <summary>Channels of an image.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Rows of an image.</summary>
    public int Height { get; init; } = 28;

    /// <summary>Columns of an image.</summary>
    public int Width { get; init; } = 28;

    /// <summary>Output channels of each convolution (3 × 3, stride 1, no padding).</summary>
    public IReadOnlyList<int> Convolutions { get; init; } = [32, 32];

    /// <summary>Widths of the hidden fully connected layers.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [256, 64];

    /// <summary>The labels by name, in the order of the logits.</summary>
    public IReadOnlyList<string> LabelNames { get; init; } = [.. Enumerable.Range(0, 10).Select(label => $"{label}")];

    /// <inheritdoc />
    public override int Context => int.MaxValue;

    /// <inheritdoc />
    public override int VocabSize { get; init; }

    /// <inheritdoc />
    public override IReadOnlyList<LinearShape> Linears
    {
        get
        {
            var (channels, height, width) = (Channels, Height, Width);
            var linears = new List<LinearShape>();
            foreach (var wider in Convolutions)
            {
                linears.Add(new($"conv.{linears.Count}", channels * Kernel * Kernel, wider));
                (channels, height, width) = (wider, Pooled(height), Pooled(width));
            }

            var features = channels * height * width;
            foreach (var (index, next) in Hidden.Append(LabelNames.Count).Index())
            {
                linears.Add(new($"fc.{index}", features, next));
                features = next;
            }

            return linears;
        }
    }

    /// <summary>Side of a convolution's window.</summary>
    internal const int Kernel = 3;

    internal static ImageConfig Parse(ConfigFields fields)
    {
        var config = new ImageConfig
        {
            Channels = fields.Positive("channels", 1),
            Height = fields.Positive("height"),
            Width = fields.Positive("width"),
            Convolutions = fields.PositiveNumbers("convolutions"),
            Hidden = fields.PositiveNumbers("hidden"),
            LabelNames = Models.LabelNames.Read(fields),
        };
        if ((long)config.Channels * config.Height * config.Width > ConfigFields.MaxSize)
        {
            throw fields.Invalid("height", $"{config.Height} times width times channels is too large.");
        }

        var (height, width) = (config.Height, config.Width);
        foreach (var _ in config.Convolutions)
        {
            (height, width) = (Pooled(height), Pooled(width));
        }

        return
            height > 0
            && width > 0
            && (long)config.Convolutions.LastOrDefault(1) * height * width <= ConfigFields.MaxSize
            ? config
            : throw fields.Invalid(
                "convolutions",
                $"do not fit an image of {config.Height} × {config.Width}: nothing is left of it, or too much."
            );
    }

    internal override ImageClassifier Create() => new(this);

    private static int Pooled(int side) => (side - Kernel + 1) / 2;
}
