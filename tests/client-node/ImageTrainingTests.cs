using Federated.Adapters.Models;
using Federated.Protocol;

namespace Federated.ClientNode.Tests;

/// <summary>An image classifier from a folder through consent, image records, training and held-out loss.</summary>
[Collection(Alone.Name)]
public sealed class ImageTrainingTests : IDisposable
{
    private const int Side = 8;

    private readonly TrainingUnderTest _node = new(
        run =>
            run with
            {
                Privacy = run.Privacy with { ExpectedBatchSize = 16 },
                Adapter = run.Adapter with { Targets = ["conv.0", "fc.0", "fc.1"] },
                Local = run.Local with
                {
                    Steps = 200,
                    Optimizer = new OptimizerSection { Name = "adamw", LearningRate = 0.005 },
                },
            },
        folder =>
            ImageClassifierFolder.Make(
                new ImageConfig
                {
                    Height = Side,
                    Width = Side,
                    Convolutions = [4],
                    Hidden = [32],
                    LabelNames = ["0", "1"],
                },
                seed: 3,
                folder
            )
    );

    [Fact]
    public async Task Labels_of_images_are_learnt_by_the_private_trainer_without_noise()
    {
        using var records = _node.Records(Line);

        var (before, after) = await _node.TrainAsync(records);

        Assert.Equal((records.HeldOutCount, (long)records.HeldOutCount), ((int)before.Records, before.Tokens));
        Assert.InRange(before.Accuracy!.Value, 0, 0.9);
        Assert.Equal(1, after.Accuracy);
        Assert.True(after.NatsPerToken < 0.6 * before.NatsPerToken, $"{before.NatsPerToken} → {after.NatsPerToken}");
    }

    [Fact]
    public void A_run_on_images_is_audited_by_canaries_and_by_losses()
    {
        using (_node.Records(Line)) { }

        ClassifierAudit.StandsAndFailsWithoutNoise(_node);
    }

    [Fact]
    public void A_personalised_adapter_learns_images_too()
    {
        using var records = _node.Records(Line);

        var (before, after) = _node.Personalise(steps: 250, learningRate: 0.005);

        Assert.True(after.NatsPerToken < before.NatsPerToken);
        Assert.Equal(1, after.Accuracy);
    }

    [Theory]
    [InlineData("""{"pixels": "AAAA", "label": 0}""", "holds 3 bytes; the model takes 64")]
    [InlineData("""{"pixels": "not base64", "label": 0}""", "\"pixels\" is not base64")]
    [InlineData("""{"text": "a text", "label": 0}""", "no field \"pixels\"")]
    public async Task A_record_that_the_model_cannot_take_is_named_before_anything_is_trained(
        string line,
        string complaint
    )
    {
        using var records = _node.Records(i => i == 7 ? line : Line(i));
        using var training = _node.Training(records);

        var error = await Assert.ThrowsAsync<InvalidRecordsException>(() =>
            training.LayoutAsync(_node.Consented, TestContext.Current.CancellationToken)
        );

        Assert.Contains("line 8: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("null")]
    [InlineData("\"eggs\"")]
    public async Task A_label_that_the_model_does_not_have_is_named(string label)
    {
        using var records = _node.Records(i => Line(i, i == 7 ? label : $"{i % 2}"));
        using var training = _node.Training(records);

        var error = await Assert.ThrowsAsync<InvalidRecordsException>(() =>
            training.LayoutAsync(_node.Consented, TestContext.Current.CancellationToken)
        );

        Assert.Contains("line 8: needs a field \"label\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_language_model_refuses_an_image_and_a_line_is_an_image_or_a_text()
    {
        using var language = BaseModel.Load(RepositoryFolder.BaseDocs);
        using var records = _node.Records(Line);
        var encoding = new RecordEncoding(language.Tokenizer, _node.Run.Local, language.Model);

        Assert.True(records.NeedsFittingModel);
        Assert.Contains("the model takes texts", encoding.Fault(records.Training(0)), StringComparison.Ordinal);
        Assert.Throws<InvalidRecordsException>(() => encoding.Encode(records.Training(0)));
        var error = Assert.Throws<FormatException>(() => RecordLine.Parse("""{"pixels": "AAAA", "text": "a"}"""u8));
        Assert.Contains("beside \"pixels\"", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _node.Dispose();

    private static string Line(int i) => Line(i, $"{i % 2}");

    // The upper half is bright, or the lower, each with specks of its own.
    private static string Line(int i, string label)
    {
        var random = new Random(i);
        var pixels = Enumerable
            .Range(0, Side * Side)
            .Select(place => (byte)((place / (Side * Side / 2) == i % 2 ? 150 : 0) + random.Next(100)));
        return $$"""{"pixels": "{{Convert.ToBase64String([.. pixels])}}", "label": {{label}}}""";
    }
}
