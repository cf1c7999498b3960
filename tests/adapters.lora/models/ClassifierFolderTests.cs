using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;

namespace Federated.Adapters.Tests.Models;

public sealed class ClassifierFolderTests
{
    [Theory]
    [InlineData("bert", true)]
    [InlineData("bert", false)]
    [InlineData("roberta", true)]
    public void A_published_encoder_gets_a_head_from_a_seed(string modelType, bool prefixed)
    {
        using var source = Encoder(modelType, prefixed);
        using var folder = new TemporaryFolder();

        ClassifierFolder.Make(source.Folder, ["no", "yes", "perhaps"], 4, folder.File("a"));
        ClassifierFolder.Make(source.Folder, ["no", "yes", "perhaps"], 4, folder.File("b"));
        ClassifierFolder.Make(source.Folder, ["no", "yes", "perhaps"], 5, folder.File("c"));

        using var loaded = BaseModel.Load(folder.File("a"));
        Assert.Equal(["no", "yes", "perhaps"], ((IClassifier)loaded.Model).LabelNames);
        Assert.Equal(loaded.Sha256, BaseModelDigest.Compute(folder.File("b")));
        Assert.NotEqual(loaded.Sha256, BaseModelDigest.Compute(folder.File("c")));
        var query = $"{modelType}.encoder.layer.0.attention.self.query.weight";
        var weights = loaded.Model.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        Assert.Equal(source.Weights[query].Select(value => (float)value), weights[query].data<float>().ToArray());
        var head = weights[modelType == "bert" ? "classifier.weight" : "classifier.out_proj.weight"];
        Assert.InRange(head.abs().max().item<float>(), 0.01f, 0.2f);
    }

    [Fact]
    public void An_encoder_that_lacks_a_tensor_is_refused_and_nothing_is_left()
    {
        using var source = Encoder("bert", prefixed: true, without: "query.bias");
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<InvalidCheckpointException>(() =>
            ClassifierFolder.Make(source.Folder, ["no", "yes"], 4, folder.File("a"))
        );

        Assert.Contains("attention.self.query.bias is in no safetensors file", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Another_architecture_labels_that_are_none_and_a_folder_that_is_there_are_refused()
    {
        using var source = Encoder("bert", prefixed: true);
        using var folder = new TemporaryFolder();
        var target = folder.File("a");

        Assert.Throws<InvalidCheckpointException>(() =>
            ClassifierFolder.Make(RepositoryFolder.BaseDocs, ["no", "yes"], 4, target)
        );
        Assert.Throws<ArgumentException>(() => ClassifierFolder.Make(source.Folder, ["no"], 4, target));
        Assert.Throws<ArgumentException>(() => ClassifierFolder.Make(source.Folder, ["no", "no"], 4, target));
        Assert.Throws<InvalidCheckpointException>(() =>
            ClassifierFolder.Make(source.Folder, ["no", "yes"], 4, folder.Path)
        );
    }

    // A masked language model with its own head, and a pooler in BERT alone.
    private static RandomCheckpoint Encoder(string modelType, bool prefixed, string? without = null)
    {
        var checkpoint = new RandomCheckpoint(
            $$"""
            {
              "model_type": "{{modelType}}", "architectures": ["ForMaskedLM"], "hidden_size": 8, "intermediate_size": 12,
              "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 7, "max_position_embeddings": 16,
              "type_vocab_size": 2, "layer_norm_eps": 1e-5, "hidden_act": "gelu", "pad_token_id": 1
            }
            """
        );
        checkpoint
            .Add($"{modelType}.embeddings.word_embeddings.weight", 0, 1, 7, 8)
            .Add($"{modelType}.embeddings.position_embeddings.weight", 0, 1, 16, 8)
            .Add($"{modelType}.embeddings.token_type_embeddings.weight", 0, 1, 2, 8)
            .Add(modelType == "bert" ? "cls.predictions.bias" : "lm_head.bias", 0, 1, 7);
        var path = $"{modelType}.encoder.layer.0";
        foreach (var norm in new[] { $"{modelType}.embeddings", $"{path}.attention.output", $"{path}.output" })
        {
            checkpoint.Add($"{norm}.LayerNorm.weight", 1, 0.3, 8).Add($"{norm}.LayerNorm.bias", 0, 0.3, 8);
        }

        checkpoint
            .Linear($"{path}.attention.self.query", 8, 8, bias: true)
            .Linear($"{path}.attention.self.key", 8, 8, bias: true)
            .Linear($"{path}.attention.self.value", 8, 8, bias: true)
            .Linear($"{path}.attention.output.dense", 8, 8, bias: true)
            .Linear($"{path}.intermediate.dense", 12, 8, bias: true)
            .Linear($"{path}.output.dense", 8, 12, bias: true);
        if (modelType == "bert")
        {
            checkpoint.Linear("bert.pooler.dense", 8, 8, bias: true);
        }

        if (without is not null)
        {
            checkpoint.Weights.Remove(
                checkpoint.Weights.Keys.Single(name => name.EndsWith(without, StringComparison.Ordinal))
            );
        }

        File.WriteAllText(checkpoint.File("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n");
        return checkpoint.Write(name => prefixed ? name : name.Replace($"{modelType}.", "", StringComparison.Ordinal));
    }
}
