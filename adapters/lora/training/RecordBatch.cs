using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>Some records side by side, as a model takes them: texts (<see cref="TokenBatch"/>) or images.</summary>
public abstract class RecordBatch : IDisposable
{
    /// <summary>b, the number of records.</summary>
    public abstract int Count { get; }

    /// <summary>
    /// Share of each target's probability that training spreads over all classes (Szegedy et al. 2016), [0, 1). Only losses that are
    /// trained on feel it, not those that are reported.
    /// </summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Puts records side by side.</summary>
    /// <param name="records">Texts, or images of one shape; at least one.</param>
    /// <param name="labelSmoothing">See <see cref="LabelSmoothing"/>.</param>
    /// <param name="device">Where the tensors lie; the CPU when null.</param>
    /// <returns>The batch, outside every dispose scope; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">Texts beside images, or images of different shapes.</exception>
    public static RecordBatch Of(IReadOnlyList<ModelRecord> records, double labelSmoothing = 0, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(records);
        var images = records.OfType<ImageExample>().ToList();
        if (images.Count == 0)
        {
            return TokenBatch.Of([.. records.Cast<TokenSequence>()], labelSmoothing, device);
        }

        return images.Count == records.Count && images.TrueForAll(image => image.Shape == images[0].Shape)
            ? ImageBatch.Of(
                [.. images.Select(image => image.Pixels.ToArray())],
                images[0].Shape,
                [.. images.Select(image => image.Label)],
                device,
                labelSmoothing
            )
            : throw new ArgumentException("A batch holds texts, or images of one shape.", nameof(records));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the tensors.</summary>
    /// <param name="disposing">True.</param>
    protected abstract void Dispose(bool disposing);
}
