using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

public sealed class HeldOutEvaluationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(10_000)]
    public void The_sums_do_not_depend_on_how_records_are_grouped(int maxTokens)
    {
        using var model = Some.Model();
        TokenSequence[] records =
        [
            .. Some.Records(7, 1, 12, 0, 24, 3).Select(ids => new TokenSequence(ids, 3 * ids.Count)),
        ];
        var loss = HeldOutEvaluation.Evaluate(model, records, maxTokens, TestContext.Current.CancellationToken);
        Assert.Equal(6 + 11 + 23 + 2, loss.Tokens);
        Assert.Equal(3 * 47, loss.Characters);
        Assert.Equal(6, loss.Records);

        // By hand: log-softmax of each position, one record at a time.
        var nats = 0.0;
        foreach (var record in records.Where(record => record.Ids.Count > 1))
        {
            using var scope = NewDisposeScope();
            using var untracked = no_grad();
            using var batch = TokenBatch.Of([record.Ids]);
            var logits = model.call(batch.Ids)[0].to(float64).log_softmax(1);
            for (var i = 1; i < record.Ids.Count; i++)
            {
                nats -= logits[i - 1, record.Ids[i]].item<double>();
            }
        }

        Assert.Equal(nats, loss.Nats, 1e-3);
        Assert.Equal(nats / 42, loss.NatsPerToken, 1e-4);
        Assert.Equal(nats / 141, loss.NatsPerCharacter, 1e-4);
    }

    [Fact]
    public void An_adapter_counts_while_it_is_enabled()
    {
        using var model = Some.Model();
        TokenSequence[] records = [.. Some.Records(12, 9).Select(ids => new TokenSequence(ids, 1))];
        var token = TestContext.Current.CancellationToken;
        var before = HeldOutEvaluation.Evaluate(model, records, 100, token);
        using var adapter = new LoraAdapter(model, AdapterLayout.For(model.Config, Some.Options()));
        adapter.SetValues(Some.Values(adapter.Layout));
        Assert.NotEqual(before, HeldOutEvaluation.Evaluate(model, records, 100, token));
        adapter.Enabled = false;
        Assert.Equal(before, HeldOutEvaluation.Evaluate(model, records, 100, token));
    }

    [Fact]
    public void It_stops_when_asked()
    {
        using var model = Some.Model();
        TokenSequence[] records = [new(Some.Records(5)[0], 1)];
        Assert.Throws<OperationCanceledException>(() =>
            HeldOutEvaluation.Evaluate(model, records, 100, new CancellationToken(canceled: true))
        );
    }

    [Fact]
    public void A_language_model_has_no_accuracy()
    {
        using var model = Some.Model();
        TokenSequence[] records = [new(Some.Records(5)[0], 1)];
        var loss = HeldOutEvaluation.Evaluate(model, records, 100, TestContext.Current.CancellationToken);
        Assert.Null(loss.Correct);
        Assert.Null(loss.Accuracy);
    }

    [Fact]
    public void Accuracies_add_up_from_nothing()
    {
        var half = new HeldOutLoss(1, 2, 0, 2) { Correct = 1 };
        var sum = default(HeldOutLoss) + half + new HeldOutLoss(1, 4, 0, 4) { Correct = 4 };
        Assert.Equal((5L, 5.0 / 6), (sum.Correct, sum.Accuracy));
        Assert.Null(default(HeldOutLoss).Accuracy);
        Assert.Null((default(HeldOutLoss) with { Correct = 0 }).Accuracy);
    }

    [Fact]
    public void Parts_add_up() =>
        Assert.Equal(new HeldOutLoss(3, 30, 300, 3), new HeldOutLoss(1, 10, 100, 1) + new HeldOutLoss(2, 20, 200, 2));
}
