using Federated.Adapters.Text;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

public sealed class PromptMaskingTests
{
    private readonly TextTokenizer _tokenizer = TextTokenizer.Load(RepositoryFolder.BaseDocs);

    [Fact]
    public void Only_the_completion_is_predicted()
    {
        var sequence = TokenSequence.Encode(_tokenizer, "Gets the", " value.", 100);
        var whole = TokenSequence.Encode(_tokenizer, "Gets the value.", 100);
        Assert.Equal(whole.Ids[^1], sequence.Ids[^1]);
        Assert.Equal("Gets the", _tokenizer.Decode(sequence.Ids.Take(sequence.ContextIds)));
        Assert.Equal(" value.".Length, sequence.Characters);
    }

    [Fact]
    public void A_long_prompt_loses_its_beginning_and_a_long_completion_its_end()
    {
        var completion = TokenSequence.Encode(_tokenizer, "", " value of the item.", 100);
        var cut = TokenSequence.Encode(
            _tokenizer,
            "Gets or sets the current",
            " value of the item.",
            completion.Ids.Count + 1
        );
        Assert.Equal(completion.Ids.Count + 1, cut.Ids.Count);
        Assert.True(cut.ContextIds >= 1);
        Assert.Equal(completion.Ids[^1], cut.Ids[^1]);
        var tiny = TokenSequence.Encode(_tokenizer, "Gets", " value of the item.", 3);
        Assert.Equal((3, 1), (tiny.Ids.Count, tiny.ContextIds));
    }

    [Fact]
    public void Context_has_no_part_in_loss_or_gradient()
    {
        using var trained = new Trained("q_proj", "v_proj");
        using var scope = NewDisposeScope();
        var ids = Some.Records(12)[0];
        using var masked = TokenBatch.Of([new TokenSequence(ids, 0) { ContextIds = 9 }, new TokenSequence(ids, 0)]);
        var logits = trained.Model.call(masked.Ids).to(float64);
        var losses = trained.Model.LossPerExample(masked).data<float>().ToArray();
        var all = nn.functional.cross_entropy(
            logits[0].narrow(0, 0, 11),
            masked.Ids[0].narrow(0, 1, 11),
            reduction: nn.Reduction.None
        );
        Assert.Equal(all.narrow(0, 8, 3).mean().item<double>(), losses[0], 1e-5);
        Assert.Equal(all.mean().item<double>(), losses[1], 1e-5);
        Assert.Equal(3 + 11, trained.Model.TotalLoss(masked).Predictions);
    }

    [Fact]
    public void A_record_that_is_all_context_has_a_zero_row()
    {
        using var trained = new Trained("q_proj");
        using var scope = NewDisposeScope();
        var ids = Some.Records(6)[0];
        using var batch = TokenBatch.Of([new TokenSequence(ids, 0) { ContextIds = 6 }, new TokenSequence(ids, 0)]);
        var rows = PerExampleGradients.Compute(trained.Adapter, batch);
        Assert.Equal(0, rows[0].abs().max().item<float>());
        Assert.True(rows[1].abs().max().item<float>() > 0);
    }

    [Fact]
    public void Label_smoothing_mixes_in_the_mean_over_all_ids_and_reports_stay_plain()
    {
        using var trained = new Trained("q_proj");
        using var scope = NewDisposeScope();
        var sequences = Some.Records(8, 5).Select(ids => new TokenSequence(ids, 0)).ToList();
        using var plain = TokenBatch.Of(sequences);
        using var smooth = TokenBatch.Of(sequences, labelSmoothing: 0.1);
        var logs = nn.functional.log_softmax(trained.Model.call(plain.Ids).to(float64), -1);
        var uniform = -logs[0].narrow(0, 0, 7).mean().item<double>();
        var (before, after) = (Loss(plain), Loss(smooth));
        Assert.Equal((0.9 * before) + (0.1 * uniform), after, 1e-5);
        Assert.Equal(trained.Model.TotalLoss(plain), trained.Model.TotalLoss(smooth));

        double Loss(TokenBatch batch) => trained.Model.LossPerExample(batch)[0].item<float>();
    }
}
