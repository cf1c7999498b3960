using System.Collections.Immutable;
using Federated.Adapters;
using static TorchSharp.torch;

namespace Federated.ClientNode;

/// <summary>Records as their model takes them, those of like length together.</summary>
/// <param name="records">The records.</param>
/// <param name="encoding">How they become tokens or pixels.</param>
/// <param name="labelSmoothing">Share of each target that is spread over the vocabulary. [0, 1).</param>
/// <param name="maxTokensAtOnce">Most tokens, padding included, in one piece.</param>
/// <param name="device">Where the tensors lie.</param>
internal sealed class EncodedBatches(
    ITrainingRecords records,
    RecordEncoding encoding,
    double labelSmoothing,
    int maxTokensAtOnce,
    Device device
) : ITrainingBatches
{
    /// <inheritdoc />
    public int Count => records.TrainingCount;

    /// <inheritdoc />
    public IEnumerable<RecordBatch> Pieces(ImmutableArray<int> indices)
    {
        ModelRecord[] encoded = [.. indices.Select(index => encoding.Encode(records.Training(index)))];
        foreach (var piece in MicroBatches.Plan([.. encoded.Select(record => record.Room)], maxTokensAtOnce))
        {
            yield return RecordBatch.Of([.. piece.Select(index => encoded[index])], labelSmoothing, device);
        }
    }
}
