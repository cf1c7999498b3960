using System.Text.Json;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

public sealed class PeftFolderTests
{
    [Fact]
    public void The_configuration_has_the_keys_and_values_that_peft_writes()
    {
        using var folder = new TemporaryFolder();
        var layout = Some.Layout();
        PeftFolder.Write(folder.Path, layout, Some.Values(layout), "base-docs-2m");
        using var config = JsonDocument.Parse(File.ReadAllText(folder.File("adapter_config.json")));
        var root = config.RootElement;
        var keys = root.EnumerateObject().Select(property => property.Name).ToList();
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        Assert.Equal("LORA", root.GetProperty("peft_type").GetString());
        Assert.Equal("CAUSAL_LM", root.GetProperty("task_type").GetString());
        Assert.Equal("base-docs-2m", root.GetProperty("base_model_name_or_path").GetString());
        Assert.Equal(3, root.GetProperty("r").GetInt32());
        Assert.Equal(6, root.GetProperty("lora_alpha").GetInt32());
        Assert.True(root.GetProperty("use_rslora").GetBoolean());
        Assert.True(root.GetProperty("inference_mode").GetBoolean());
        Assert.Equal(
            ["q_proj", "v_proj"],
            root.GetProperty("target_modules").EnumerateArray().Select(t => t.GetString())
        );
        Assert.Equal(JsonValueKind.Null, root.GetProperty("modules_to_save").ValueKind);
    }

    [Theory]
    [InlineData(LoraScaling.RsLora, TrainedFactors.B, 4, "q_proj v_proj down_proj")]
    [InlineData(LoraScaling.Lora, TrainedFactors.AB, 4, "q_proj v_proj down_proj")]
    [InlineData(LoraScaling.RsLora, TrainedFactors.Core, 3, "q_proj v_proj down_proj")]
    [InlineData(LoraScaling.RsLora, TrainedFactors.Slices, 8, "o_proj down_proj")]
    [InlineData(LoraScaling.RsLora, TrainedFactors.Alternating, 2, "layers.*.q_proj up_proj")]
    [InlineData(LoraScaling.Lora, TrainedFactors.B, 3, "all-linear")]
    public void A_reader_that_is_not_ours_computes_the_same_logits(
        LoraScaling scaling,
        TrainedFactors factors,
        int rankOfLayer1,
        string targets
    )
    {
        using var modelFolder = new TemporaryFolder();
        using var adapterFolder = new TemporaryFolder();
        using var model = Some.Model();
        LlamaCheckpoint.Write(model, modelFolder.Path, ScalarType.Float32);
        var layout = AdapterLayout.For(
            model.Config,
            Some.Options(targets.Split(' ')) with
            {
                Scaling = scaling,
                Factors = factors,
                RankPattern = new Dictionary<string, int> { ["layers.1"] = rankOfLayer1 },
            }
        );
        var values = Some.Values(layout);
        PeftFolder.Write(adapterFolder.Path, layout, values, "base");
        int[] ids = [.. Some.Records(9)[0]];

        var output = Python.Run(
            "peft_reference.py",
            "logits",
            modelFolder.Path,
            adapterFolder.Path,
            string.Join(',', ids)
        );

        using var document = JsonDocument.Parse(output);
        double[] theirs =
        [
            .. document.RootElement.EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(x => x.GetDouble()),
        ];
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var adapter = new LoraAdapter(model, layout);
        using var batch = TokenBatch.Of([ids]);
        var plain = model.call(batch.Ids).to(float64).data<double>().ToArray();
        adapter.SetValues(values);
        var ours = model.call(batch.Ids).to(float64).data<double>().ToArray();
        Assert.True(ours.Zip(theirs, (x, y) => Math.Abs(x - y)).Max() < 1e-4);
        Assert.True(ours.Zip(plain, (x, y) => Math.Abs(x - y)).Max() > 1e-2, "the adapter changes nothing");
    }

    [Fact]
    public void A_reader_that_is_not_ours_finds_every_tensor_by_its_peft_name()
    {
        using var folder = new TemporaryFolder();
        var layout = Some.Layout();
        var values = Some.Values(layout);
        PeftFolder.Write(folder.Path, layout, values, "base");
        using var listed = JsonDocument.Parse(Python.Run("peft_reference.py", "list", folder.Path));
        Assert.Equal(layout.Tensors[0].Scale, listed.RootElement.GetProperty("scale").GetDouble(), 1e-12);
        var tensors = listed.RootElement.GetProperty("tensors");
        Assert.Equal(2 * layout.Tensors.Count, tensors.EnumerateObject().Count());
        foreach (var tensor in layout.Tensors)
        {
            var b = tensors.GetProperty($"base_model.model.{tensor.Path}.lora_B.weight");
            Assert.Equal(
                [tensor.OutFeatures, tensor.Rank],
                b.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())
            );
            var sum = values.Skip((int)tensor.Offset).Take(tensor.Length).Sum(value => (double)value);
            Assert.Equal(sum, b.GetProperty("sum").GetDouble(), 1e-9);
        }
    }

    [Fact]
    public void The_weights_are_the_bytes_that_the_tensor_librarys_writer_gives()
    {
        var layout = Some.Layout();
        var values = Some.Values(layout);
        using var stream = new MemoryStream(PeftFiles.Weights(layout, values));
        using var file = Safetensors.Read(stream, "adapter");
        using var again = new MemoryStream();
        Safetensors.Write(again, file.Tensors, file.Metadata);
        Assert.Equal(stream.ToArray(), again.ToArray());
    }

    [Fact]
    public void What_is_written_is_read_and_equal_adapters_give_equal_bytes()
    {
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        var layout = Some.Layout();
        var values = Some.Values(layout);
        PeftFolder.Write(first.Path, layout, values, "base");
        PeftFolder.Write(second.Path, layout, values, "base");
        Assert.Equal(values, PeftFolder.Read(first.Path, layout));
        foreach (var name in new[] { "adapter_config.json", "adapter_model.safetensors" })
        {
            Assert.Equal(File.ReadAllBytes(first.File(name)), File.ReadAllBytes(second.File(name)));
        }

        Assert.Equal(2, Directory.GetFiles(first.Path).Length);
    }

    [Theory]
    [InlineData(TrainedFactors.AB)]
    [InlineData(TrainedFactors.Alternating)]
    public void A_trained_A_is_written_and_read_like_B(TrainedFactors factors)
    {
        using var folder = new TemporaryFolder();
        LinearShape[] linears =
        [
            new("model.layers.0.self_attn.q_proj", 16, 16),
            new("model.layers.0.self_attn.v_proj", 16, 7),
        ];
        var layout = AdapterLayout.For(linears, Some.Layout().Options with { Factors = factors });
        var values = Some.Values(layout);
        PeftFolder.Write(folder.Path, layout, values, "base");
        Assert.Equal(values, PeftFolder.Read(folder.Path, layout));
    }

    [Fact]
    public void An_adapter_of_another_run_is_refused_by_field()
    {
        using var folder = new TemporaryFolder();
        var layout = Some.Layout();
        PeftFolder.Write(folder.Path, layout, Some.Values(layout), "base");
        Refused(folder, Some.Layout(seed: 5), "is not the frozen factor of seed 5");
        LinearShape[] linears =
        [
            new("model.layers.0.self_attn.q_proj", 16, 16),
            new("model.layers.0.self_attn.v_proj", 16, 7),
        ];
        var options = layout.Options;
        Refused(folder, AdapterLayout.For(linears, options with { Rank = 2 }), ": r differs");
        Refused(folder, AdapterLayout.For(linears, options with { Alpha = 7 }), ": lora_alpha differs");
        Refused(
            folder,
            AdapterLayout.For(linears, options with { Scaling = LoraScaling.Lora }),
            ": use_rslora differs"
        );
        Refused(
            folder,
            AdapterLayout.For(linears, options with { Targets = ["q_proj"] }),
            "4 tensors; the layout has 2"
        );
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"peft_type\": 3}")]
    public void A_configuration_that_is_none_is_refused(string text)
    {
        using var folder = new TemporaryFolder();
        var layout = Some.Layout();
        PeftFolder.Write(folder.Path, layout, Some.Values(layout), "base");
        File.WriteAllText(folder.File("adapter_config.json"), text);
        Refused(folder, layout, "is not a LoRA configuration");
    }

    [Fact]
    public void Nothing_is_written_for_values_that_are_not_finite()
    {
        using var folder = new TemporaryFolder();
        var layout = Some.Layout();
        var values = Some.Values(layout);
        values[3] = float.PositiveInfinity;
        Assert.Throws<ArgumentException>(() => PeftFolder.Write(folder.File("adapter"), layout, values, "base"));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static void Refused(TemporaryFolder folder, AdapterLayout layout, string message)
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => PeftFolder.Read(folder.Path, layout));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
