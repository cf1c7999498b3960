using Federated.Adapters.Models;

namespace Federated.Adapters.Tests.Models;

/// <summary>Images of records as the numbers that a model takes.</summary>
public sealed class ImagePixelsTests
{
    [Fact]
    public void Raw_bytes_are_taken_as_they_stand()
    {
        var base64 = Convert.ToBase64String([0, 51, 255, 102]);

        Assert.Equal([0, 0.2f, 1, 0.4f], ImagePixels.Read(Config(2, 1, 2), base64));
    }

    [Theory]
    [InlineData("AAAA", "holds 3 bytes; the model takes 6 (1 × 2 × 3)")]
    [InlineData("???", "not base64")]
    public void What_does_not_fit_is_named(string base64, string complaint)
    {
        var error = Assert.Throws<FormatException>(() => ImagePixels.Read(Config(1, 2, 3), base64));

        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_is_of_texts_or_of_images_of_one_shape()
    {
        var image = new ImageExample([1, 2], (1, 1, 2), 0);
        var text = new TokenSequence([1, 2], 0);

        using var batch = Assert.IsType<ImageBatch>(RecordBatch.Of([image, image with { Label = 1 }], 0.1));

        Assert.Equal((2, 0.1), (batch.Count, batch.LabelSmoothing));
        Assert.Throws<ArgumentException>(() => RecordBatch.Of([image, text]));
        Assert.Throws<ArgumentException>(() => RecordBatch.Of([image, image with { Shape = (1, 2, 1) }]));
    }

    private static ImageConfig Config(int channels, int height, int width) =>
        new()
        {
            Channels = channels,
            Height = height,
            Width = width,
        };
}
