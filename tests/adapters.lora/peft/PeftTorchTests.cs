using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using Federated.Adapters.Tests.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Peft;

/// <summary>
/// What is written as PEFT files gives in python3-torch, by PEFT's documented rules alone, the logits that it gives here: for every family of models,
/// and for every way in which adapters are written.
/// </summary>
public sealed class PeftTorchTests : IDisposable
{
    private static readonly int[] Ids = [3, 9, 0, 12, 12, 5, 1, 7];
    private static readonly int[] Types = [0, 0, 0, 0, 1, 1, 1, 1];
    private readonly TemporaryFolder _folder = new();
    private readonly List<(TorchCase Case, double[] Ours)> _cases = [];
    private readonly List<IDisposable> _open = [];

    [Theory]
    [InlineData("llama", "{}", ScalarType.Float32, "q_proj v_proj")]
    [InlineData("llama", """{"tie_word_embeddings":true,"rope_theta":500000.0}""", ScalarType.BFloat16, "all-linear")]
    [InlineData("qwen2", "{}", ScalarType.Float16, "layers.*.q_proj down_proj")]
    [InlineData("qwen3", """{"head_dim":6}""", ScalarType.Float32, "k_proj o_proj up_proj")]
    public void Of_the_LLaMA_family(string modelType, string changes, ScalarType stored, string targets)
    {
        var model = Open(RandomLlama.Make(modelType, changes).Write(type: stored));
        EveryWay(model, targets, patternedPath: "layers.1", types: null);
        RequireEqual();
    }

    [Theory]
    [InlineData(ScalarType.Float32, "c_attn")]
    [InlineData(ScalarType.BFloat16, "c_attn c_fc mlp.c_proj")]
    [InlineData(ScalarType.Float16, "all-linear")]
    public void Of_GPT2_whose_weights_lie_transposed(ScalarType stored, string targets)
    {
        var model = Open(RandomGpt2.Make("{}").Write(type: stored));
        EveryWay(model, targets, patternedPath: "h.1", types: null);
        RequireEqual();
    }

    [Theory]
    [InlineData("bert", "query value")]
    [InlineData("bert", "dense classifier")]
    [InlineData("roberta", "all-linear")]
    [InlineData("roberta", "classifier.dense classifier.out_proj key")]
    public void Of_classifiers(string modelType, string targets)
    {
        var model = Open(RandomBert.Make(modelType).Write());
        EveryWay(model, targets, patternedPath: "layer.1", modelType == "bert" ? Types : null);
        RequireEqual();
    }

    public void Dispose()
    {
        _open.ForEach(each => each.Dispose());
        _folder.Dispose();
    }

    private (AdaptableModel Model, ModelConfig Config, string Folder) Open(RandomCheckpoint checkpoint)
    {
        _open.Add(checkpoint);
        var config = ModelConfig.Read(checkpoint.Folder);
        var model = ModelWeights.Load(checkpoint.Folder, config);
        _open.Add(model);
        return (model, config, checkpoint.Folder);
    }

    private void EveryWay(
        (AdaptableModel Model, ModelConfig Config, string Folder) opened,
        string targets,
        string patternedPath,
        int[]? types
    )
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var (model, config, _) = opened;
        double[] Ours() => Logits(model, types);
        void Compare(double[] ours, params string[] adapters) =>
            _cases.Add((new TorchCase(opened.Folder, adapters, Ids, types), ours));

        Compare(Ours());
        var options = new AdapterOptions(3, 6, LoraScaling.RsLora, targets.Split(' '), 4);
        var patterned = new Dictionary<string, int> { [patternedPath] = 2 };
        AdapterOptions[] ways =
        [
            options,
            options with
            {
                Scaling = LoraScaling.Lora,
                Factors = TrainedFactors.AB,
            },
            options with
            {
                RankPattern = patterned,
                Factors = TrainedFactors.Alternating,
            },
            options with
            {
                Scaling = LoraScaling.Lora,
                RankPattern = patterned,
                Factors = TrainedFactors.Core,
            },
        ];
        foreach (var way in ways)
        {
            var layout = AdapterLayout.For(config, way);
            using var adapter = new LoraAdapter(model, layout);
            var values = Some.Values(layout, size: 0.7f);
            adapter.SetValues(values);
            Compare(Ours(), Plain(layout, values));

            // What `adapter pull` gives of a version with a residual: one adapter of the summed ranks, or of the full rank.
            foreach (var rank in new int?[] { 2, null })
            {
                var residual = layout.Tensors.Select((tensor, at) => Product(tensor, at == 0 ? 0 : rank)).ToList();
                using var products = new FrozenProducts(model, layout, residual);
                Compare(Ours(), Whole(PeftAdapter.Of(layout, values, residual, "base")));
            }
        }

        // Two adapters on one model, of other ranks and scales.
        var (first, second) = (AdapterLayout.For(config, ways[0]), AdapterLayout.For(config, ways[3]));
        using var one = new LoraAdapter(model, first);
        using var two = new LoraAdapter(model, second);
        one.SetValues(Some.Values(first, 2, 0.7f));
        two.SetValues(Some.Values(second, 3, 0.7f));
        string[] both = [Plain(first, one.GetValues()), Plain(second, two.GetValues())];
        Compare(Ours(), both);
        Applied(opened.Folder, both, Ours(), types);
    }

    // Both in the weights themselves; in fewer bits than 32 these are rounded.
    private void Applied(string model, string[] adapters, double[] ours, int[]? types)
    {
        using (var file = SafetensorsReader.Open(Path.Combine(model, "model.safetensors")))
        {
            if (file.Tensors[0].Type != ScalarType.Float32)
            {
                return;
            }
        }

        var folder = _folder.File($"model-{Guid.NewGuid():N}");
        AdaptedFolder.Write(model, [.. adapters.Select(PeftAdapter.Read)], subtract: false, folder);
        _cases.Add((new TorchCase(folder, [], Ids, types), ours));
    }

    private string Plain(AdapterLayout layout, float[] values)
    {
        var folder = _folder.File($"adapter-{Guid.NewGuid():N}");
        PeftFolder.Write(folder, layout, values, "base");
        return folder;
    }

    private string Whole(PeftAdapter adapter)
    {
        // Scales that differ from layer to layer, as merged adapters have them, come through alpha_pattern.
        var uneven = adapter with
        {
            Layers =
            [
                .. adapter.Layers.Select(
                    (layer, at) => at % 2 == 0 ? layer : layer with { Scale = layer.Scale / 2, B = Doubled(layer.B) }
                ),
            ],
        };
        var folder = _folder.File($"adapter-{Guid.NewGuid():N}");
        uneven.Write(folder);
        return folder;
    }

    private static float[] Doubled(ReadOnlyMemory<float> values) => [.. values.ToArray().Select(value => 2 * value)];

    private static double[] Logits(AdaptableModel model, int[]? types)
    {
        using var scope = NewDisposeScope();
        var ids = tensor(Ids.Select(id => (long)id).ToArray()).unsqueeze(0);
        var logits = model is SequenceClassifier classifier
            ? classifier.Logits(ids, null, types is null ? null : tensor(types).to(int64).unsqueeze(0))
            : model.call(ids);
        return logits.to(float64).data<double>().ToArray();
    }

    // Null: dense.
    private static LayerProduct Product(AdapterTensor tensor, int? rank)
    {
        var random = new Random(tensor.OutFeatures);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        return rank switch
        {
            null => LayerProduct.Dense(Numbers(tensor.OutFeatures * tensor.InFeatures)),
            0 => LayerProduct.None,
            { } some => LayerProduct.Of(some, Numbers(some * tensor.InFeatures), Numbers(tensor.OutFeatures * some)),
        };
    }

    private void RequireEqual()
    {
        var theirs = TorchCase.Logits([.. _cases.Select(each => each.Case)]);
        var plain = _cases[0].Ours;
        for (var i = 0; i < _cases.Count; i++)
        {
            var (given, ours) = _cases[i];
            var difference = Apart(ours, theirs[i]);
            Assert.True(difference < 1e-4, $"case {i} ({string.Join(", ", given.Adapters)}) differs by {difference}");
            Assert.True(i == 0 || Apart(ours, plain) > 1e-2, $"the adapters of case {i} change nothing");
        }
    }

    private static double Apart(double[] left, double[] right)
    {
        Assert.Equal(left.Length, right.Length);
        return left.Zip(right, (x, y) => Math.Abs(x - y)).Max();
    }
}
