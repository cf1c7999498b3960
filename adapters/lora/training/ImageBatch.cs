using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>Some images side by side, with their labels.</summary>
public sealed class ImageBatch : RecordBatch
{
    private ImageBatch(Tensor images, Tensor labels) => (Images, Labels) = (images, labels);

    /// <summary>[b, channels, height, width], float32.</summary>
    public Tensor Images { get; }

    /// <summary>[b], int64.</summary>
    public Tensor Labels { get; }

    /// <inheritdoc />
    public override int Count => (int)Images.shape[0];

    /// <summary>Puts images side by side.</summary>
    /// <param name="images">Each channel by channel, row by row, all of the shape.</param>
    /// <param name="shape">Channels, height, width.</param>
    /// <param name="labels">One label an image.</param>
    /// <param name="device">Where the tensors lie; the CPU when null.</param>
    /// <param name="labelSmoothing">See <see cref="RecordBatch.LabelSmoothing"/>.</param>
    /// <returns>The batch, outside every dispose scope; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">An image of another size, or another number of labels.</exception>
    public static ImageBatch Of(
        IReadOnlyList<float[]> images,
        (int Channels, int Height, int Width) shape,
        IReadOnlyList<int> labels,
        Device? device = null,
        double labelSmoothing = 0
    )
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfZero(images.Count, nameof(images));
        var size = checked(shape.Channels * shape.Height * shape.Width);
        if (images.FirstOrDefault(image => image.Length != size) is { } other)
        {
            throw new ArgumentException($"An image has {other.Length} numbers; {size} are needed.", nameof(images));
        }

        if (labels.Count != images.Count)
        {
            throw new ArgumentException($"{labels.Count} labels for {images.Count} images.", nameof(labels));
        }

        long[] dimensions = [images.Count, shape.Channels, shape.Height, shape.Width];
        // Cloned into memory of the library's own alignment: on a managed array's, sums are rounded another way each time.
        using var pixels = tensor(images.SelectMany(image => image).ToArray(), dimensions, device: device ?? CPU);
        return new ImageBatch(
            pixels.clone().DetachFromDisposeScope(),
            tensor(labels.Select(label => (long)label).ToArray(), device: device ?? CPU).DetachFromDisposeScope()
        )
        {
            LabelSmoothing = labelSmoothing,
        };
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
