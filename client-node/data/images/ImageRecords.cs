using System.Text.Json;
using Federated.Adapters.Models;

namespace Federated.ClientNode;

/// <summary>Writes images and their labels, each in an idx file, as the records that a node trains on.</summary>
internal static class ImageRecords
{
    // What stands around pixels and label in a line.
    private const int Frame = 1024;

    /// <summary>Writes the records; the target is whole or absent.</summary>
    /// <param name="imagesPath">An idx file [n, height, width] or [n, channels, height, width].</param>
    /// <param name="labelsPath">An idx file [n].</param>
    /// <param name="names">Labels by name in the order of their numbers; null: the numbers stand in the records.</param>
    /// <param name="target">The JSONL file to make; nothing may be there.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>What they are.</returns>
    /// <exception cref="InvalidRecordsException">A file that is not what it should be, or the two do not belong together.</exception>
    public static WrittenImages Write(
        string imagesPath,
        string labelsPath,
        IReadOnlyList<string>? names,
        string target,
        CancellationToken cancellation
    )
    {
        using var images = IdxFile.Open(imagesPath);
        using var labels = IdxFile.Open(labelsPath);
        var (channels, height, width) = Size(imagesPath, images);
        if (labels.Shape.Count > 0)
        {
            throw new InvalidRecordsException(
                $"{labelsPath}: holds items of {string.Join(" × ", labels.Shape)}; labels are one byte each. Are the two files swapped?"
            );
        }

        if (labels.Count != images.Count)
        {
            throw new InvalidRecordsException(
                $"{labelsPath}: holds {labels.Count} labels for the {images.Count} images of {imagesPath}"
            );
        }

        if (File.Exists(target))
        {
            throw new InvalidRecordsException($"{target}: is there already; name another file or remove it");
        }

        var temporary = target + ".tmp";
        try
        {
            int most;
            using (var writer = new StreamWriter(temporary))
            {
                most = WriteLines(writer, images, labels, labelsPath, names, cancellation);
            }

            File.Move(temporary, target);
            return new(images.Count, channels, height, width, most + 1);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static int WriteLines(
        StreamWriter writer,
        IdxFile images,
        IdxFile labels,
        string labelsPath,
        IReadOnlyList<string>? names,
        CancellationToken cancellation
    )
    {
        var pixels = new byte[images.Shape.Aggregate(1, (product, side) => product * side)];
        Span<byte> label = stackalloc byte[1];
        var most = 0;
        for (var i = 0; i < images.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            images.Read(pixels);
            labels.Read(label);
            most = Math.Max(most, label[0]);
            if (names is not null && label[0] >= names.Count)
            {
                throw new InvalidRecordsException(
                    $"{labelsPath}: label {i + 1} is {label[0]}, and {names.Count} names are given; name them all, in the order of their numbers"
                );
            }

            var written = names is null ? $"{label[0]}" : JsonSerializer.Serialize(names[label[0]]);
            writer.Write($$"""{"{{ImagePixels.Field}}": "{{Convert.ToBase64String(pixels)}}", "label": {{written}}}""");
            writer.Write('\n');
        }

        images.RequireEnd();
        labels.RequireEnd();
        return most;
    }

    private static (int Channels, int Height, int Width) Size(string path, IdxFile images)
    {
        (int Channels, int Height, int Width) size = images.Shape switch
        {
            [var height, var width] => (1, height, width),
            [var channels, var height, var width] => (channels, height, width),
            _ => throw new InvalidRecordsException(
                $"{path}: holds items of {images.Shape.Count} dimensions; images have height and width, or channels, height and width"
            ),
        };
        // Looked at before any memory is taken: a header may claim anything.
        return (Int128)size.Channels * size.Height * size.Width <= (RecordLines.MaxBytes - Frame) / 4 * 3
            ? size
            : throw new InvalidRecordsException(
                $"{path}: holds images of {string.Join(" × ", images.Shape)} bytes; a record has {RecordLines.MaxBytes} at most"
            );
    }
}
