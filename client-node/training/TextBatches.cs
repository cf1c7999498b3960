using System.Collections.Immutable;
using Federated.Adapters;
using static TorchSharp.torch;

namespace Federated.ClientNode;

/// <summary>Texts as token batches, records of like length together.</summary>
/// <param name="records">The texts.</param>
/// <param name="encoding">How they become tokens.</param>
/// <param name="labelSmoothing">Share of each target that is spread over the vocabulary. [0, 1).</param>
/// <param name="maxTokensAtOnce">Most ids, padding included, in one piece.</param>
/// <param name="device">Where the tensors lie.</param>
internal sealed class TextBatches(
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
        TokenSequence[] sequences = [.. indices.Select(index => encoding.Encode(records.Training(index)))];
        foreach (var piece in MicroBatches.Plan([.. sequences.Select(sequence => sequence.Ids.Count)], maxTokensAtOnce))
        {
            yield return TokenBatch.Of([.. piece.Select(index => sequences[index])], labelSmoothing, device);
        }
    }
}
