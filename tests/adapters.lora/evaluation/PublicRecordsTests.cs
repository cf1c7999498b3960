using System.Security.Cryptography;
using Federated.Adapters.Models;
using Federated.Adapters.Text;

namespace Federated.Adapters.Tests;

public sealed class PublicRecordsTests
{
    [Fact]
    public void Texts_and_prompts_are_read_and_the_file_has_its_digest()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder.File("public.jsonl"),
            "{\"text\": \"Gets the value.\"}\n\n{\"prompt\": \"Gets\", \"completion\": \" the value.\", \"more\": 1}\n"
        );
        var records = PublicRecords.Read(folder.File("public.jsonl"));
        var tokenizer = TextTokenizer.Load(RepositoryFolder.BaseDocs);
        using var model = Some.Model();

        Assert.Equal(2, records.Count);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder.File("public.jsonl")))),
            records.Sha256
        );
        Assert.True(records.Encode(model, tokenizer, 64, promptMasking: true)[1].ContextIds > 1);
        Assert.Equal(
            [1, 1],
            records.Encode(model, tokenizer, 64, promptMasking: false).Select(record => record.ContextIds)
        );
    }

    [Fact]
    public void A_classifier_reads_labels_by_name_and_number_and_refuses_records_without()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder.File("public.jsonl"),
            "{\"text\": \"Gets the value.\", \"label\": \"perhaps\"}\n{\"text\": \"Sets it.\", \"label\": 0}\n"
        );
        File.WriteAllText(folder.File("none.jsonl"), "{\"text\": \"Gets the value.\"}\n");
        var tokenizer = TextTokenizer.Load(RepositoryFolder.BaseDocs);
        using var checkpoint = Models.RandomBert.Make("bert").Write();
        using var model = ModelWeights.Load(checkpoint.Folder, ModelConfig.Read(checkpoint.Folder));

        var records = PublicRecords.Read(folder.File("public.jsonl")).Encode(model, tokenizer, 64, promptMasking: true);

        Assert.Equal([1, 0], records.Select(record => record.Label));
        Assert.Throws<InvalidDataException>(() =>
            PublicRecords.Read(folder.File("none.jsonl")).Encode(model, tokenizer, 64, promptMasking: true)
        );
    }

    [Fact]
    public void Images_are_for_image_classifiers_alone()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder.File("public.jsonl"),
            """
            {"pixels": "AP8=", "label": "b"}
            {"pixels": "/wA=", "label": 0}
            """
        );
        File.WriteAllText(folder.File("text.jsonl"), """{"text": "Gets the value.", "label": 0}""");
        File.WriteAllText(
            folder.File("size.jsonl"),
            """
            {"pixels": "/wA=", "label": 0}
            {"pixels": "AAAA", "label": 0}
            """
        );
        using var images = new ImageClassifier(
            new ImageConfig
            {
                Height = 1,
                Width = 2,
                Convolutions = [],
                LabelNames = ["a", "b"],
            }
        );
        using var language = Some.Model();
        images.Initialize(seed: 1);
        var records = PublicRecords.Read(folder.File("public.jsonl"));

        var encoded = records.EncodeImages(images);
        var loss = HeldOutEvaluation.Evaluate(images, encoded, 16, TestContext.Current.CancellationToken);

        Assert.Equal([1, 0], encoded.Select(image => image.Label));
        Assert.Equal([0, 1], encoded[0].Pixels);
        Assert.Equal((2L, 2L), (loss.Records, loss.Tokens));
        using var batch = RecordBatch.Of(encoded);
        Assert.Equal(images.TotalLoss(batch).Nats, loss.Nats, 1e-5);
        Assert.Throws<InvalidDataException>(() =>
            records.Encode(language, TextTokenizer.Load(RepositoryFolder.BaseDocs), 64, promptMasking: true)
        );
        Assert.Throws<InvalidDataException>(() => PublicRecords.Read(folder.File("text.jsonl")).EncodeImages(images));
        var error = Assert.Throws<InvalidDataException>(() =>
            PublicRecords.Read(folder.File("size.jsonl")).EncodeImages(images)
        );
        Assert.StartsWith(
            "public record 2: field \"pixels\" holds 3 bytes; the model takes 2",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Two_texts_are_for_text_classifiers_alone()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder.File("public.jsonl"),
            """{"text": "Gets the value.", "pair": "Sets it.", "label": 1}"""
        );
        var tokenizer = TextTokenizer.Load(RepositoryFolder.BaseDocs);
        var records = PublicRecords.Read(folder.File("public.jsonl"));
        using var checkpoint = Models.RandomBert.Make("bert").Write();
        using var texts = ModelWeights.Load(checkpoint.Folder, ModelConfig.Read(checkpoint.Folder));
        using var language = Some.Model();

        var pair = Assert.Single(records.Encode(texts, tokenizer, 64, promptMasking: true));
        var refused = Assert.Throws<InvalidDataException>(() =>
            records.Encode(language, tokenizer, 64, promptMasking: true)
        );

        Assert.Equal(tokenizer.EosId, pair.Ids[pair.SecondFrom!.Value - 1]);
        Assert.Equal(tokenizer.Encode("Sets it."), pair.Ids.Skip(pair.SecondFrom.Value).SkipLast(1));
        Assert.Contains("\"pair\"", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => records.Encode(texts, tokenizer, 5, promptMasking: true));
    }

    [Fact]
    public void A_conversation_needs_a_model_with_a_template()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder.File("public.jsonl"),
            """{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}"""
        );
        var tokenizer = TextTokenizer.Load(RepositoryFolder.BaseDocs);
        using var model = Some.Model();

        var error = Assert.Throws<InvalidDataException>(() =>
            PublicRecords.Read(folder.File("public.jsonl")).Encode(model, tokenizer, 64, promptMasking: true)
        );

        Assert.Contains(
            "public record 1: The base model has no chat template",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("", "holds no record")]
    [InlineData("{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]}", "line 1")]
    [InlineData("{\"messages\": 3}", "line 1")]
    [InlineData("{\"text\": \"a\"}\n{\"txt\": \"b\"}", "line 2")]
    [InlineData("{\"text\": \"a\", \"prompt\": \"b\"}", "line 1")]
    [InlineData("[]", "line 1")]
    [InlineData("{", "line 1")]
    public void A_file_that_is_none_is_refused_by_line(string text, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("public.jsonl"), text);
        var error = Assert.Throws<InvalidDataException>(() => PublicRecords.Read(folder.File("public.jsonl")));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
