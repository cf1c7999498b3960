using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>Judges a model, with its adapter or without, on records it was not trained on.</summary>
public static class HeldOutEvaluation
{
    /// <summary>Adds up the loss over records; the model's state is not changed.</summary>
    /// <param name="model">The model; an attached and enabled adapter counts. Disable it for the base model's loss.</param>
    /// <param name="records">The records; texts with fewer than two ids are counted and predict nothing.</param>
    /// <param name="maxTokens">Most ids, padding included, in one forward pass.</param>
    /// <param name="cancellation">Stops between passes.</param>
    /// <returns>The sums.</returns>
    /// <exception cref="ArgumentException">A record is longer than the model's context.</exception>
    public static HeldOutLoss Evaluate(
        AdaptableModel model,
        IReadOnlyList<ModelRecord> records,
        int maxTokens,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(records);
        var total = default(HeldOutLoss);
        foreach (var piece in MicroBatches.Plan([.. records.Select(record => record.Room)], maxTokens))
        {
            cancellation.ThrowIfCancellationRequested();
            total += Piece(model, [.. piece.Select(index => records[index])]);
        }

        return total;
    }

    private static HeldOutLoss Piece(AdaptableModel model, ModelRecord[] records)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var batch = RecordBatch.Of(records, device: model.Device);
        var loss = model.TotalLoss(batch);
        var characters = records.OfType<TokenSequence>().Sum(record => (long)record.Characters);
        return new HeldOutLoss(loss.Nats, loss.Predictions, characters, records.Length) { Correct = loss.Correct };
    }
}
