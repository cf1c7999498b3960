using System.Text.Json;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

public sealed class ShardedWeightsTests
{
    private const string First = "model-00001-of-00002.safetensors";
    private const string Second = "model-00002-of-00002.safetensors";

    [Theory]
    [InlineData(ScalarType.Float32, 0)]
    [InlineData(ScalarType.BFloat16, 2e-2)]
    [InlineData(ScalarType.Float16, 2e-3)]
    public void Shards_of_any_float_type_give_the_model(ScalarType type, double tolerance)
    {
        using var folder = Folder(type);
        using var whole = Some.Model();
        using var scope = NewDisposeScope();

        using var read = LlamaCheckpoint.Read(folder.Path);

        var ids = tensor(new long[] { 1, 2, 3, 60 }).unsqueeze(0);
        Assert.True(read.call(ids).allclose(whole.call(ids), tolerance, tolerance));
        Assert.All(read.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
    }

    [Fact]
    public void A_file_that_the_index_does_not_name_is_passed_over()
    {
        using var folder = Folder();
        Safetensors.Write(folder.File("other.safetensors"), [KeyValuePair.Create("unrelated", ones(1))]);

        using var read = LlamaCheckpoint.Read(folder.Path);

        Assert.Equal(Some.Config(), read.Config);
    }

    [Fact]
    public void A_shard_that_is_not_there_is_named()
    {
        using var folder = Folder();
        File.Delete(folder.File(Second));

        Assert.Contains($"'{Second}', which is not there", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_in_another_shard_than_the_index_says_is_named()
    {
        using var folder = Folder();
        var index = File.ReadAllText(folder.File("model.safetensors.index.json"));
        File.WriteAllText(
            folder.File("model.safetensors.index.json"),
            index.Replace(
                $"\"model.norm.weight\":\"{Second}\"",
                $"\"model.norm.weight\":\"{First}\"",
                StringComparison.Ordinal
            )
        );

        Assert.Contains($"'model.norm.weight'", Refusal(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{"weight_map":{"a":"../../etc/passwd.safetensors"}}""",
        "not the name of a safetensors file beside it"
    )]
    [InlineData("""{"weight_map":{"a":"weights.bin"}}""", "not the name of a safetensors file beside it")]
    [InlineData("""{"weight_map":[]}""", "no index of weights")]
    [InlineData("""{"weight_map":{"a":3}}""", "no index of weights")]
    [InlineData("{", "no index of weights")]
    public void An_index_that_is_none_is_refused(string index, string complaint)
    {
        using var folder = Folder();
        File.WriteAllText(folder.File("model.safetensors.index.json"), index);

        Assert.Contains(complaint, Refusal(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_weight_that_is_no_number_is_refused_by_its_tensor(float value)
    {
        using var folder = new TemporaryFolder();
        using var model = Some.Model();
        using (no_grad())
        {
            model.AdaptableLinears[3].Weight[5, 7] = value;
        }

        LlamaCheckpoint.Write(model, folder.Path, ScalarType.BFloat16);

        Assert.Contains(
            "'model.layers.0.self_attn.o_proj.weight' holds NaN or infinity",
            Refusal(folder),
            StringComparison.Ordinal
        );
    }

    private static string Refusal(TemporaryFolder folder) =>
        Assert.Throws<InvalidCheckpointException>(() => LlamaCheckpoint.Read(folder.Path)).Message;

    private static TemporaryFolder Folder(ScalarType type = ScalarType.Float32)
    {
        var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = Some.Model();
        var tensors = model.named_parameters().ToDictionary(named => named.name, named => named.parameter.to(type));
        Safetensors.Write(
            folder.File(First),
            tensors.Where(tensor => tensor.Key.Contains("layers.0.", StringComparison.Ordinal))
        );
        Safetensors.Write(
            folder.File(Second),
            tensors.Where(tensor => !tensor.Key.Contains("layers.0.", StringComparison.Ordinal))
        );
        var map = tensors.Keys.ToDictionary(
            name => name,
            name => name.Contains("layers.0.", StringComparison.Ordinal) ? First : Second
        );
        File.WriteAllText(
            folder.File("model.safetensors.index.json"),
            JsonSerializer.Serialize(new Dictionary<string, object> { ["weight_map"] = map })
        );
        File.WriteAllText(folder.File("config.json"), model.Config.ToJson("float32"));
        return folder;
    }
}
