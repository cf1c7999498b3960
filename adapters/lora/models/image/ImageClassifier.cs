using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>
/// The convolutional network (or MLP) with which federated learning is often measured. A convolution is computed as a linear layer on
/// the image's windows, so that an adapter can follow it like any other, with a gradient for each image of its own.
/// </summary>
public sealed class ImageClassifier : AdaptableModel, IClassifier
{
    private readonly AdaptableLinear[] _convolutions;
    private readonly AdaptableLinear[] _connected;

    /// <summary>Creates a model with weights of zero; a checkpoint or <see cref="Initialize"/> fills them.</summary>
    /// <param name="config">The shape.</param>
    public ImageClassifier(ImageConfig config)
        : base(nameof(ImageClassifier))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        AdaptableLinear[] linears =
        [
            .. config.Linears.Select(shape => new AdaptableLinear(
                shape.Path,
                shape.InFeatures,
                shape.OutFeatures,
                bias: true
            )),
        ];
        _convolutions = linears[..config.Convolutions.Count];
        _connected = linears[config.Convolutions.Count..];
        register_module("conv", new ModuleList<AdaptableLinear>(_convolutions));
        register_module("fc", new ModuleList<AdaptableLinear>(_connected));
        AdaptableLinears = linears;
    }

    /// <summary>The shape.</summary>
    public ImageConfig Config { get; }

    /// <inheritdoc />
    public override IReadOnlyList<AdaptableLinear> AdaptableLinears { get; }

    /// <inheritdoc />
    public override long MaxSequenceLength => long.MaxValue;

    /// <inheritdoc />
    public IReadOnlyList<string> LabelNames => Config.LabelNames;

    /// <summary>Random weights to begin with: N(0, 2 / inputs) (He et al. 2015), biases zero.</summary>
    /// <param name="seed">Equal seeds give equal weights on the same build.</param>
    public void Initialize(long seed)
    {
        using var untracked = no_grad();
        using var generator = new Generator((ulong)seed, CPU);
        foreach (var linear in AdaptableLinears)
        {
            using var values = randn(linear.Weight.shape, generator: generator);
            linear.Weight.copy_(values.ScaleInPlace(Math.Sqrt(2.0 / linear.InFeatures)));
        }
    }

    /// <summary>Computes the logits of images.</summary>
    /// <param name="input">[B, channels, height, width], float32.</param>
    /// <returns>[B, labels].</returns>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        long[] expected = [input.shape[0], Config.Channels, Config.Height, Config.Width];
        if (!input.shape.AsSpan().SequenceEqual(expected))
        {
            throw new ArgumentException(
                $"images have the shape [{string.Join(", ", input.shape)}]; [{string.Join(", ", expected)}] is needed.",
                nameof(input)
            );
        }

        using var scope = NewDisposeScope();
        var hidden = input;
        foreach (var convolution in _convolutions)
        {
            hidden = nn.functional.max_pool2d(nn.functional.relu(Convolve(convolution, hidden)), [2, 2]);
        }

        // [B, 1, features], since adapters take sequences.
        hidden = hidden.reshape(hidden.shape[0], 1, -1);
        foreach (var linear in _connected[..^1])
        {
            hidden = nn.functional.relu(linear.call(hidden));
        }

        return _connected[^1].call(hidden).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    public Tensor Logits(RecordBatch batch) => call(Images(batch).Images);

    /// <inheritdoc />
    public override Tensor LossPerExample(RecordBatch batch) => LabelLoss.PerExample(this, batch, Images(batch).Labels);

    /// <inheritdoc />
    public override BatchLoss TotalLoss(RecordBatch batch) => LabelLoss.Total(this, batch, Images(batch).Labels);

    /// <inheritdoc />
    internal override IReadOnlyList<long> StoredShape(string name, Parameter parameter) =>
        name.StartsWith("conv.", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal)
            ?
            [
                parameter.shape[0],
                parameter.shape[1] / ImageConfig.Kernel / ImageConfig.Kernel,
                ImageConfig.Kernel,
                ImageConfig.Kernel,
            ]
            : parameter.shape;

    private static Tensor Convolve(AdaptableLinear convolution, Tensor input)
    {
        var (height, width) = (input.shape[2] - ImageConfig.Kernel + 1, input.shape[3] - ImageConfig.Kernel + 1);
        // [B, channels · 9, windows]
        var windows = nn.functional.unfold(input, (ImageConfig.Kernel, ImageConfig.Kernel));
        return convolution.call(windows.transpose(1, 2)).transpose(1, 2).reshape(input.shape[0], -1, height, width);
    }

    private static ImageBatch Images(RecordBatch batch) =>
        batch as ImageBatch
        ?? throw new ArgumentException(
            $"An image classifier takes images, not a {batch?.GetType().Name}.",
            nameof(batch)
        );
}
