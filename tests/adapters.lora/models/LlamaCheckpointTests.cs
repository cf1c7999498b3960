using System.Text.Json.Nodes;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

public sealed class LlamaCheckpointTests
{
    private static readonly LlamaConfig Tiny = new()
    {
        HiddenSize = 8,
        IntermediateSize = 12,
        NumHiddenLayers = 2,
        NumAttentionHeads = 4,
        NumKeyValueHeads = 2,
        HeadDim = 2,
        VocabSize = 11,
        MaxPositionEmbeddings = 16,
    };

    [Theory]
    [InlineData(true, ScalarType.Float32)]
    [InlineData(false, ScalarType.Float32)]
    [InlineData(true, ScalarType.BFloat16)]
    [InlineData(false, ScalarType.Float16)]
    public void A_written_model_computes_the_same_when_read(bool tied, ScalarType type)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var written = new LlamaModel(Tiny with { TieWordEmbeddings = tied });
        LlamaInitializer.Initialize(written, 7);
        LlamaCheckpoint.Write(written, folder.Path, type);
        foreach (var parameter in written.parameters())
        {
            parameter.copy_(parameter.to(type));
        }

        using var read = LlamaCheckpoint.Read(folder.Path);

        Assert.Equal(written.Config, read.Config);
        Assert.All(read.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        var ids = tensor(new long[] { 1, 2, 3, 4, 10, 0 }).view(2, 3);
        Assert.True(written.call(ids).equal(read.call(ids)).all().item<bool>());
    }

    [Fact]
    public void The_tensors_have_the_names_of_hugging_face()
    {
        using var model = new LlamaModel(Tiny with { NumHiddenLayers = 1 });

        Assert.Equal(
            [
                "lm_head.weight",
                "model.embed_tokens.weight",
                "model.layers.0.input_layernorm.weight",
                "model.layers.0.mlp.down_proj.weight",
                "model.layers.0.mlp.gate_proj.weight",
                "model.layers.0.mlp.up_proj.weight",
                "model.layers.0.post_attention_layernorm.weight",
                "model.layers.0.self_attn.k_proj.weight",
                "model.layers.0.self_attn.o_proj.weight",
                "model.layers.0.self_attn.q_proj.weight",
                "model.layers.0.self_attn.v_proj.weight",
                "model.norm.weight",
            ],
            model.named_parameters().Select(named => named.name).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("model_type", "\"mamba\"", "model_type is 'mamba'; known are llama, mistral")]
    [InlineData("model_type", null, "model_type is 'missing'")]
    [InlineData("hidden_act", "\"gelu\"", "hidden_act is 'gelu'")]
    [InlineData("attention_bias", "1", "attention_bias is 1")]
    [InlineData("architectures", """["LlamaForTokenClassification"]""", "LlamaForCausalLM is supported")]
    [InlineData("quantization_config", """{"bits":4}""", "quantised checkpoints are not read")]
    [InlineData("partial_rotary_factor", "0.5", "partial_rotary_factor is not 1")]
    [InlineData("rope_scaling", """{"rope_type":"longrope"}""", "rope_scaling has the type 'longrope'")]
    [InlineData("rope_scaling", """{"rope_type":"linear"}""", "rope_scaling: factor is missing")]
    [InlineData("rope_scaling", """{"rope_type":"llama3","factor":8}""", "original_max_position_embeddings is missing")]
    [InlineData(
        "rope_scaling",
        """{"type":"yarn","factor":4,"original_max_position_embeddings":16}""",
        "is not max_position_embeddings 16"
    )]
    [InlineData("hidden_size", "0", "hidden_size is 0")]
    [InlineData("hidden_size", "2147483647", "hidden_size is 2147483647; it must be a whole number from 1 to 16777216")]
    [InlineData("num_hidden_layers", "16777216", "from 1 to 1000")]
    [InlineData("head_dim", "16777216", "times num_attention_heads 4 is too large")]
    [InlineData("hidden_size", "\"8\"", "hidden_size is \"8\"")]
    [InlineData("vocab_size", null, "vocab_size is missing")]
    [InlineData("num_key_value_heads", "3", "num_key_value_heads 3 does not divide")]
    [InlineData("head_dim", "3", "head_dim 3 is odd")]
    [InlineData("rms_norm_eps", "-1", "rms_norm_eps is -1")]
    [InlineData("eos_token_id", "-2", "eos_token_id is -2")]
    [InlineData("tie_word_embeddings", "1", "tie_word_embeddings is 1")]
    public void A_configuration_that_cannot_be_honoured_is_refused_by_field(
        string field,
        string? value,
        string complaint
    )
    {
        using var folder = new TemporaryFolder();
        var config = JsonNode.Parse(Tiny.ToJson("float32"))!.AsObject();
        config[field] = value is null ? null : JsonNode.Parse(value);
        File.WriteAllText(folder.File("config.json"), config.ToJsonString());

        var error = Assert.Throws<InvalidCheckpointException>(() => LlamaConfig.Read(folder.File("config.json")));

        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2047, "the tokenizer has 2048 ids, but config.json says vocab_size 2047")]
    [InlineData(20_000, "the tokenizer has 2048 ids, but config.json says vocab_size 20000")]
    public void A_tokenizer_of_another_vocabulary_is_refused(int vocabulary, string complaint)
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(RepositoryFolder.BaseDocs, "tokenizer.json"), folder.File("tokenizer.json"));
        using var model = new LlamaModel(Tiny with { VocabSize = vocabulary });
        LlamaInitializer.Initialize(model, 7);
        LlamaCheckpoint.Write(model, folder.Path, ScalarType.Float32);

        var error = Assert.Throws<InvalidCheckpointException>(() => BaseModel.Load(folder.Path));

        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        using var folder = Folder(tensors => tensors.Remove("model.norm.weight"));

        Assert.Contains("model.norm.weight", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_asks_for_more_than_the_files_hold_gets_no_memory()
    {
        using var folder = Folder(_ => { });
        var config = Tiny with { HiddenSize = 1 << 20, IntermediateSize = 1 << 24 };
        File.WriteAllText(folder.File("config.json"), config.ToJson("float32"));

        Assert.Contains("the safetensors files hold", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void An_extra_tensor_is_named()
    {
        using var folder = Folder(tensors => tensors["model.layers.9.extra"] = ones(1));

        Assert.Contains("model.layers.9.extra", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_of_another_shape_is_named()
    {
        using var folder = Folder(tensors => tensors["model.norm.weight"] = ones(9));

        Assert.Contains("'model.norm.weight' is Float32 [9]", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_quantised_tensor_is_refused()
    {
        using var folder = Folder(tensors => tensors["model.norm.weight"] = ones(8, dtype: ScalarType.Int8));

        Assert.Contains("Int8", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_weights_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), Tiny.ToJson("float32"));

        Assert.Contains("no *.safetensors", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_may_lie_in_several_files()
    {
        using var folder = Folder(tensors =>
        {
            Assert.True(tensors.Remove("model.norm.weight"));
        });
        Safetensors.Write(folder.File("second.safetensors"), [KeyValuePair.Create("model.norm.weight", ones(8))]);

        using var read = LlamaCheckpoint.Read(folder.Path);

        Assert.Equal(Tiny, read.Config);
    }

    [Fact]
    public void More_positions_than_the_model_has_are_refused()
    {
        using var model = new LlamaModel(Tiny);
        using var ids = zeros(1, 17, dtype: ScalarType.Int64);

        var error = Assert.Throws<ArgumentException>(() => model.call(ids));

        Assert.Contains("max_position_embeddings 16", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_digest_covers_the_model_and_not_its_card()
    {
        using var folder = Folder(_ => { });
        var before = BaseModelDigest.Compute(folder.Path);

        File.WriteAllText(folder.File("README.md"), "a card");
        Assert.Equal(before, BaseModelDigest.Compute(folder.Path));

        File.WriteAllText(folder.File("chat_template.jinja"), "{{ messages }}");
        Assert.NotEqual(before, BaseModelDigest.Compute(folder.Path));
        File.Delete(folder.File("chat_template.jinja"));

        File.AppendAllText(folder.File("config.json"), " ");
        Assert.NotEqual(before, BaseModelDigest.Compute(folder.Path));
    }

    private static string Refusal(TemporaryFolder folder) =>
        Assert.Throws<InvalidCheckpointException>(() => LlamaCheckpoint.Read(folder.Path)).Message;

    private static TemporaryFolder Folder(Action<Dictionary<string, Tensor>> change)
    {
        var folder = new TemporaryFolder();
        using var model = new LlamaModel(Tiny);
        LlamaInitializer.Initialize(model, 7);
        var tensors = model.named_parameters().ToDictionary(named => named.name, named => (Tensor)named.parameter);
        change(tensors);
        Safetensors.Write(folder.File("model.safetensors"), tensors);
        File.WriteAllText(folder.File("config.json"), Tiny.ToJson("float32"));
        return folder;
    }
}
