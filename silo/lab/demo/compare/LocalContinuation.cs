using Federated.Adapters;
using Federated.ClientNode;
using Federated.Lab.Demo.Data;
using TorchSharp;

namespace Federated.Lab.Demo.Compare;

/// <summary>What an organisation may do with the federated adapter on its own machine: train on, without noise. NOT private: not to be shared.</summary>
internal static class LocalContinuation
{
    private const int Steps = 24;
    private const int BatchSize = 32;
    private const int MaxTokens = 2048;
    private const double LearningRate = 1e-3;

    /// <summary>Trains <paramref name="start"/> on for a few steps on the organisation's training records.</summary>
    /// <param name="judge">Holds model and adapter.</param>
    /// <param name="organisation">Whose records.</param>
    /// <param name="start">B values of the federated adapter.</param>
    /// <param name="seed">Seeds the choice of records, which no privacy depends on here.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>B values.</returns>
    public static float[] Train(
        AdapterJudge judge,
        Organisation organisation,
        float[] start,
        int seed,
        CancellationToken cancellationToken
    )
    {
        var split = new HoldOut(DemoPreparation.SplitKey(seed), Organisation.HoldOutShare);
        using var records = JsonLinesRecords.Open(organisation.RecordsFile, split, cancellationToken);
        var random = new Random(seed);
        var values = start.ToArray();
        var optimizer = LocalOptimizer.Create(new LocalOptimizerOptions("adamw", LearningRate), values.Length);
        for (var step = 0; step < Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            judge.Adapter.SetValues(values);
            var batch = Enumerable
                .Range(0, BatchSize)
                .Select(_ => records.Training(random.Next(records.TrainingCount)).Text)
                .Select(text => TokenSequence.Encode(judge.Model.Tokenizer, text, DemoDefaults.MaxSequenceLength))
                .ToArray();
            optimizer.Step(values, Gradient(judge.Adapter, batch));
        }

        return values;
    }

    private static float[] Gradient(LoraAdapter adapter, TokenSequence[] batch)
    {
        using var scope = torch.NewDisposeScope();
        var sum = torch.zeros(adapter.Layout.Count);
        foreach (var piece in MicroBatches.Plan([.. batch.Select(record => record.Ids.Count)], MaxTokens))
        {
            using var tokens = TokenBatch.Of([.. piece.Select(index => batch[index].Ids)]);
            sum.AddInPlace(SummedGradient.Compute(adapter, tokens));
        }

        return sum.Over(batch.Length).data<float>().ToArray();
    }
}
