namespace Federated.Adapters;

/// <summary>One image with its label.</summary>
/// <param name="Pixels">Channel by channel, row by row.</param>
/// <param name="Shape">Channels, height, width.</param>
/// <param name="Label">Index of the label.</param>
public sealed record ImageExample(IReadOnlyList<float> Pixels, (int Channels, int Height, int Width) Shape, int Label)
    : ModelRecord
{
    // A patch of 4 × 4 fills about what a token does.
    private const int PixelsOfAToken = 16;

    /// <inheritdoc />
    public override int Room => Math.Max(1, Pixels.Count / PixelsOfAToken);

    /// <summary>Says nothing about the image.</summary>
    public override string ToString() => "image";
}
