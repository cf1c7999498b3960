using System.Collections.Immutable;
using Federated.Adapters;
using Federated.ClientNode;

namespace Federated.Lab.Simulate;

/// <summary>The records of one virtual node, as its trainer takes them.</summary>
/// <param name="records">Images and labels.</param>
/// <param name="height">Rows of an image.</param>
/// <param name="width">Columns of an image.</param>
internal sealed class LabelledRecords(IReadOnlyList<(float[] Image, int Label)> records, int height, int width)
    : ITrainingBatches
{
    /// <inheritdoc/>
    public int Count => records.Count;

    /// <summary>Draws a node's records: each label as often as its share says.</summary>
    /// <param name="examples">Where they come from.</param>
    /// <param name="seed">The simulation's seed.</param>
    /// <param name="node">The node.</param>
    /// <param name="shares">Its labels' shares.</param>
    /// <param name="count">How many.</param>
    public static LabelledRecords Of(IExamples examples, long seed, int node, IReadOnlyList<double> shares, int count)
    {
        var records = new (float[], int)[count];
        for (var i = 0; i < count; i++)
        {
            var random = Draw.Generator(seed, DrawPurpose.Record, node, i);
            var label = Label(random.NextDouble(), shares);
            records[i] = (examples.Draw(label, random), label);
        }

        return new(records, examples.Height, examples.Width);
    }

    /// <inheritdoc/>
    public IEnumerable<RecordBatch> Pieces(ImmutableArray<int> indices)
    {
        if (indices.Length > 0)
        {
            yield return ImageBatch.Of(
                [.. indices.Select(index => records[index].Image)],
                (1, height, width),
                [.. indices.Select(index => records[index].Label)]
            );
        }
    }

    private static int Label(double uniform, IReadOnlyList<double> shares)
    {
        for (var label = 0; label < shares.Count - 1; label++)
        {
            uniform -= shares[label];
            if (uniform < 0)
            {
                return label;
            }
        }

        return shares.Count - 1;
    }
}
