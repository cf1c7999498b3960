using Federated.Adapters.Models;

namespace Federated.ClientNode;

/// <summary>Random records for canaries and for audits without the owner's: of the kind that the model takes.</summary>
internal static class MadeUpRecord
{
    /// <summary>
    /// Random printable characters, or random pixels, and for a classifier a random label: the richer the record, the further apart the gradients of two.
    /// </summary>
    /// <param name="model">The model that takes it.</param>
    /// <param name="random">Uniform 64-bit words.</param>
    /// <param name="length">Characters of a text, ≥ 1.</param>
    public static TextRecord Of(AdaptableModel model, Func<ulong> random, int length)
    {
        var image = (model as ImageClassifier)?.Config;
        var content = image is null
            ? string.Concat(Enumerable.Range(0, length).Select(_ => (char)('!' + (random() % 94))))
            : Pixels(image, random);
        return new TextRecord(content, null)
        {
            // A subject of its own, for runs that protect subjects.
            Subject = content,
            IsImage = image is not null,
            Label = model is IClassifier { LabelNames: var names } ? names[(int)(random() % (ulong)names.Count)] : null,
        };
    }

    private static string Pixels(ImageConfig image, Func<ulong> random) =>
        Convert.ToBase64String([
            .. Enumerable.Range(0, image.Channels * image.Height * image.Width).Select(_ => (byte)(random() >> 56)),
        ]);
}
