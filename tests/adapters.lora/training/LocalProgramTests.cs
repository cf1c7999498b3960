using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

/// <summary>Gradients, optimizer and evaluation together.</summary>
public sealed class LocalProgramTests
{
    [Fact]
    public void Pieces_of_a_batch_add_up_to_the_gradient_of_the_whole()
    {
        using var trained = new Trained("q_proj", "v_proj");
        var records = Some.Records(7, 12, 2, 24, 12, 5);
        using var scope = NewDisposeScope();
        using var whole = TokenBatch.Of(records);
        var expected = SummedGradient.Compute(trained.Adapter, whole);
        var sum = zeros_like(expected);
        var pieces = MicroBatches.Plan([.. records.Select(record => record.Count)], 26);
        Assert.True(pieces.Count > 2);
        foreach (var piece in pieces)
        {
            using var batch = TokenBatch.Of([.. piece.Select(index => records[index])]);
            sum.add_(PerExampleGradients.Compute(trained.Adapter, batch).sum([0]));
        }

        var largest = expected.abs().max().item<float>();
        var difference = (sum - expected).abs().max().item<float>();
        Assert.True(difference < 1e-5 * largest, $"{difference} of {largest}");
    }

    [Theory]
    [InlineData("sgd", 0.5)]
    [InlineData("adamw", 0.02)]
    public void Training_lowers_the_loss_of_what_is_trained_on(string optimizer, double learningRate)
    {
        using var trained = new Trained("q_proj", "v_proj", "down_proj");
        trained.Adapter.SetValues(new float[trained.Adapter.Layout.Count]);
        var records = Some.Records(12, 9, 15);
        TokenSequence[] sequences = [.. records.Select(ids => new TokenSequence(ids, 1))];
        var before = HeldOutEvaluation.Evaluate(trained.Model, sequences, 1000, TestContext.Current.CancellationToken);
        var values = trained.Adapter.GetValues();
        var steps = LocalOptimizer.Create(new(optimizer, learningRate), values.Length);
        for (var t = 0; t < 30; t++)
        {
            using var scope = NewDisposeScope();
            using var batch = TokenBatch.Of(records);
            var gradient = PerExampleGradients.Compute(trained.Adapter, batch).mean([0]);
            steps.Step(values, gradient.data<float>().ToArray());
            trained.Adapter.SetValues(values);
        }

        var after = HeldOutEvaluation.Evaluate(trained.Model, sequences, 1000, TestContext.Current.CancellationToken);
        Assert.True(after.NatsPerToken < 0.8 * before.NatsPerToken, $"{before.NatsPerToken} → {after.NatsPerToken}");
    }
}
