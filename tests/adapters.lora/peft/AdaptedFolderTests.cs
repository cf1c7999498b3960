using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using Federated.Adapters.Tests.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

/// <summary>Adapters written into a base model's folder, and taken out of it again.</summary>
public sealed class AdaptedFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Out => _folder.File("out");

    [Theory]
    [InlineData("llama", ScalarType.Float32, 1e-4)]
    [InlineData("llama", ScalarType.BFloat16, 0.1)]
    [InlineData("llama", ScalarType.Float16, 0.02)]
    [InlineData("gpt2", ScalarType.Float32, 1e-4)] // Conv1D holds Wᵀ
    public void The_folder_computes_what_the_model_does_with_all_adapters_on(
        string family,
        ScalarType type,
        double error
    )
    {
        using var checkpoint = Checkpoint(family, type);
        var (first, second) = family == "gpt2" ? ("attn.c_attn", "mlp.c_proj") : ("self_attn.q_proj", "mlp.down_proj");
        using var model = Load(checkpoint.Folder);
        PeftAdapter[] adapters = [Adapter(model, 2, 0.7, first, second), Adapter(model, 3, -0.4, first)];
        var before = Logits(model);

        var layers = AdaptedFolder.Write(checkpoint.Folder, adapters, subtract: false, Out);

        foreach (var layer in adapters.SelectMany(adapter => adapter.Layers))
        {
            var (a, b) = (
                tensor(layer.A.ToArray(), [layer.Rank, layer.InFeatures]),
                tensor(layer.B.ToArray(), [layer.OutFeatures, layer.Rank])
            );
            model
                .AdaptableLinears.Single(linear => linear.Path == layer.Path)
                .Attach((x, y) => y + (layer.Scale * nn.functional.linear(nn.functional.linear(x, a), b)));
        }

        using var applied = Load(Out);
        var (expected, found) = (Logits(model), Logits(applied));
        Assert.Equal(4, layers);
        Assert.True(Largest(expected, before) > 0.5, "the adapters change what the model says");
        Assert.InRange(Largest(expected, found), 0, error);
        Assert.Equal(Entries(checkpoint.Folder), Entries(Out));
    }

    [Fact]
    public void What_is_applied_and_subtracted_leaves_the_weights_up_to_rounding()
    {
        using var checkpoint = Checkpoint("llama", ScalarType.Float32);
        using var model = Load(checkpoint.Folder);
        PeftAdapter[] adapters = [Adapter(model, 2, 0.7, "q_proj"), Adapter(model, 3, -0.4, "q_proj", "up_proj")];

        AdaptedFolder.Write(checkpoint.Folder, adapters, subtract: false, Out);
        AdaptedFolder.Write(Out, adapters, subtract: true, _folder.File("again"));

        using var again = Load(_folder.File("again"));
        Assert.InRange(Largest(Logits(model), Logits(again)), 0, 1e-5);
    }

    [Fact]
    public void Windows_of_convolutions_are_changed_in_their_own_shape()
    {
        var config = new ImageConfig
        {
            Height = 8,
            Width = 8,
            Convolutions = [3],
            Hidden = [5],
            LabelNames = ["a", "b"],
        };
        ImageClassifierFolder.Make(config, 1, _folder.File("model"));
        using var model = (ImageClassifier)Load(_folder.File("model"));
        var adapter = Adapter(model, 2, 1, "conv.0", "fc.0");
        var layout = AdapterLayout.For(
            config.Linears,
            new AdapterOptions(2, 2, LoraScaling.Lora, ["conv.0", "fc.0"], 0) { Factors = TrainedFactors.AB }
        );

        AdaptedFolder.Write(_folder.File("model"), [adapter], subtract: false, Out);

        using var applied = (ImageClassifier)Load(Out);
        AdapterWeights.Merge(
            model,
            layout,
            [
                .. layout.Tensors.SelectMany(t =>
                    adapter.Layers.Single(layer => layer.Path == t.Path) is var layer
                        ? layer.A.ToArray().Concat(layer.B.ToArray())
                        : []
                ),
            ]
        );
        using var images = rand(4, 1, 8, 8);
        Assert.Equal(model.call(images).data<float>().ToArray(), applied.call(images).data<float>().ToArray());
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused_and_nothing_is_left()
    {
        using var checkpoint = Checkpoint("llama", ScalarType.Float32);
        using var model = Load(checkpoint.Folder);
        var adapter = Adapter(model, 2, 1, "q_proj");
        void Refused(string complaint, Func<PeftLayer, PeftLayer> change)
        {
            var changed = adapter with { Layers = [.. adapter.Layers.Select(change)] };
            var error = Assert.Throws<InvalidCheckpointException>(() =>
                AdaptedFolder.Write(checkpoint.Folder, [changed], subtract: false, Out)
            );
            Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        }

        Refused(
            "has no layer model.layers.7.self_attn.q_proj",
            layer => layer with { Path = "model.layers.7.self_attn.q_proj" }
        );
        Refused("is 16 × 16; the adapter is for 16 × 8", layer => layer with { InFeatures = 8, A = new float[16] });
        Refused("numbers that Float32 cannot", layer => layer with { Scale = 1e300 });
        Directory.CreateDirectory(Out);
        Assert.Throws<InvalidCheckpointException>(() =>
            AdaptedFolder.Write(checkpoint.Folder, [adapter], subtract: false, Out)
        );
    }

    [Fact]
    public void A_model_with_an_adapter_that_must_not_be_shared_says_so()
    {
        using var checkpoint = Checkpoint("llama", ScalarType.Float32);
        using var model = Load(checkpoint.Folder);
        var adapter = Adapter(model, 2, 1, "q_proj");

        AdaptedFolder.Write(checkpoint.Folder, [adapter, adapter with { IsPrivate = false }], subtract: false, Out);
        AdaptedFolder.Write(checkpoint.Folder, [adapter], subtract: false, _folder.File("private"));

        Assert.True(File.Exists(Path.Combine(Out, AdaptedFolder.NotPrivateName)));
        Assert.False(File.Exists(Path.Combine(_folder.File("private"), AdaptedFolder.NotPrivateName)));
    }

    public void Dispose() => _folder.Dispose();

    private static RandomCheckpoint Checkpoint(string family, ScalarType type) =>
        family == "gpt2"
            ? RandomGpt2.Make("{}").Write(name => name.Replace("transformer.", "", StringComparison.Ordinal), type)
            : RandomLlama.Make("llama", "{}").Write(type: type);

    private static AdaptableModel Load(string folder) => ModelWeights.Load(folder, ModelConfig.Read(folder));

    private static PeftAdapter Adapter(AdaptableModel model, int rank, double scale, params string[] targets)
    {
        var random = new Random(rank);
        float[] Numbers(long count) => [.. Enumerable.Range(0, (int)count).Select(_ => random.NextSingle() - 0.5f)];
        return new PeftAdapter(
            "base",
            [
                .. model
                    .AdaptableLinears.Where(linear =>
                        targets.Any(target => linear.Path.EndsWith(target, StringComparison.Ordinal))
                    )
                    .Select(linear => new PeftLayer(
                        linear.Path,
                        rank,
                        (int)linear.OutFeatures,
                        (int)linear.InFeatures,
                        scale,
                        Numbers(linear.OutFeatures * rank),
                        Numbers(rank * linear.InFeatures)
                    )),
            ]
        );
    }

    private static List<(string Name, ScalarType Type, long Begin)> Entries(string folder)
    {
        using var file = SafetensorsReader.Open(Path.Combine(folder, "model.safetensors"));
        return [.. file.Tensors.Select(entry => (entry.Name, entry.Type, entry.Begin))];
    }

    private static float[] Logits(AdaptableModel model)
    {
        using var ids = tensor(new long[] { 1, 5, 2, 12, 0, 7 }).view(1, 6);
        using var logits = ((CausalLanguageModel)model).call(ids);
        return logits.data<float>().ToArray();
    }

    private static float Largest(float[] left, float[] right) =>
        left.Zip(right).Max(pair => Math.Abs(pair.First - pair.Second));
}
