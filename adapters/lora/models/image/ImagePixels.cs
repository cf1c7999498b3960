namespace Federated.Adapters.Models;

/// <summary>An image of a record as the numbers that a model takes: 0 … 1, channel by channel, row by row.</summary>
public static class ImagePixels
{
    /// <summary>Field of a record that holds raw bytes in base64, channel by channel, row by row; 255 is 1.</summary>
    public const string Field = "pixels";

    /// <summary>Reads an image.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="base64">The field's value.</param>
    /// <returns>channels · height · width numbers.</returns>
    /// <exception cref="FormatException">Not base64, or another size; the message says nothing of the content.</exception>
    public static float[] Read(ImageConfig config, string base64)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(base64);
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw new FormatException($"field \"{Field}\" is not base64");
        }

        var size = config.Channels * config.Height * config.Width;
        return bytes.Length == size
            ? [.. bytes.Select(value => value / 255f)]
            : throw new FormatException(
                $"field \"{Field}\" holds {bytes.Length} bytes; the model takes {size} ({config.Channels} × {config.Height} × {config.Width})"
            );
    }
}
