using Federated.Adapters;
using static TorchSharp.torch;

namespace Federated.ClientNode;

/// <summary>
/// A run's adapter trained further on the owner's own records, plainly and without noise: the best adapter for the owner's own text, and
/// one that may reveal records. It stays at home.
/// </summary>
/// <param name="model">The model with the run's adapter; its values are replaced.</param>
/// <param name="records">The owner's records; only those outside the hold-out are trained on.</param>
/// <param name="encoding">How they become tokens.</param>
internal sealed class Personalisation(AdaptedModel model, ITrainingRecords records, RecordEncoding encoding)
{
    /// <summary>Trains with AdamW on batches that are drawn anew for each step.</summary>
    /// <param name="start">All that the adapter holds.</param>
    /// <param name="steps">Steps, ≥ 1.</param>
    /// <param name="batchSize">Records of a step, ≥ 1.</param>
    /// <param name="learningRate">&gt; 0.</param>
    /// <param name="random">Draws the batches; no privacy depends on it.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>All that the adapter holds afterwards. NOT private.</returns>
    /// <exception cref="NonFiniteUpdateException">The values have left the range of float32.</exception>
    public float[] Train(
        ReadOnlySpan<float> start,
        int steps,
        int batchSize,
        double learningRate,
        Random random,
        CancellationToken cancellation
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        var values = start.ToArray();
        var optimizer = LocalOptimizer.Create(new LocalOptimizerOptions("adamw", learningRate), model.Adapter.Layout);
        for (var step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            model.Adapter.SetValues(values);
            optimizer.Step(values, Gradient(batchSize, random));
            if (FiniteValues.IndexOfNotFinite(values) >= 0)
            {
                throw new NonFiniteUpdateException(
                    $"training left the range of numbers in step {step + 1}: give a smaller --learning-rate"
                );
            }
        }

        return values;
    }

    private float[] Gradient(int batchSize, Random random)
    {
        using var scope = NewDisposeScope();
        ModelRecord[] batch =
        [
            .. Enumerable
                .Range(0, batchSize)
                .Select(_ => encoding.Encode(records.Training(random.Next(records.TrainingCount)))),
        ];
        var sum = zeros(model.Adapter.Layout.Count, device: model.Adapter.Values.device);
        foreach (
            var piece in MicroBatches.Plan(
                [.. batch.Select(record => record.Room)],
                TrainingMachine.DefaultMaxTokensAtOnce
            )
        )
        {
            using var side = RecordBatch.Of(
                [.. piece.Select(index => batch[index])],
                device: model.Adapter.Values.device
            );
            sum.AddInPlace(SummedGradient.Compute(model.Adapter, side));
        }

        return sum.Over(batchSize).cpu().data<float>().ToArray();
    }
}
