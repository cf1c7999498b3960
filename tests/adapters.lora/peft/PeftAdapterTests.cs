using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

public sealed class PeftAdapterTests
{
    private const string FirstLayer = "model.layers.0.self_attn.q_proj";

    /// <summary>The claim of `adapter pull`: adapter and residual on the model, and the one PEFT folder on the original base.</summary>
    [Theory]
    [InlineData(TrainedFactors.B, 3)]
    [InlineData(TrainedFactors.AB, 3)]
    [InlineData(TrainedFactors.AB, -1)]
    public void One_folder_gives_the_logits_of_adapter_and_residual(TrainedFactors factors, int residualRank)
    {
        using var scope = NewDisposeScope();
        using var model = Some.Model();
        var layout = AdapterLayout.For(
            model.Config,
            Some.Options() with
            {
                Factors = factors,
                RankPattern = new Dictionary<string, int> { ["layers.1"] = 2 },
            }
        );
        var values = Some.Values(layout, size: 0.5f);
        LayerProduct[] residual = [.. layout.Tensors.Select(tensor => Product(tensor, residualRank))];
        var input = tensor(Some.Records(7)[0].Select(id => (long)id).ToArray()).unsqueeze(0);
        Tensor expected;
        using (var adapter = new LoraAdapter(model, layout))
        using (new FrozenProducts(model, layout, residual))
        {
            adapter.SetValues(values);
            expected = model.forward(input);
        }

        var untouched = model.forward(input);
        Assert.True((expected - untouched).abs().max().item<float>() > 0.01);
        using var folder = new TemporaryFolder();
        PeftAdapter.Of(layout, values, residual, "base").Write(folder.File("adapter"));
        Add(model, PeftAdapter.Read(folder.File("adapter")));
        Assert.True((expected - model.forward(input)).abs().max().item<float>() < 1e-4);
    }

    [Fact]
    public void What_this_project_and_PEFT_write_for_a_run_is_read_with_its_scales()
    {
        using var folder = new TemporaryFolder();
        var layout = Some.Layout();
        PeftFolder.Write(folder.Path, layout, Some.Values(layout), "base-docs-2m");
        var adapter = PeftAdapter.Read(folder.Path);
        Assert.Equal("base-docs-2m", adapter.BaseModelName);
        Assert.Equal(layout.Tensors.Select(tensor => tensor.Path), adapter.Layers.Select(layer => layer.Path));
        Assert.All(adapter.Layers, layer => Assert.Equal(6 / Math.Sqrt(3), layer.Scale, 1e-12));
        var first = layout.Tensors[0];
        Assert.Equal(Some.Values(layout)[..first.LengthOfB], adapter.Layers[0].B.ToArray());
        Assert.Equal(layout.InitialA(first), adapter.Layers[0].A.ToArray());
    }

    [Fact]
    public void Ranks_and_scales_of_each_layer_come_back()
    {
        var adapter = new PeftAdapter(
            "base",
            [Layer("layers.0.q_proj", 2, 0.5), Layer("layers.0.v_proj", 3, 2), Layer("layers.1.q_proj", 2, 0.5)]
        );
        using var folder = new TemporaryFolder();
        adapter.Write(folder.File("adapter"));
        var read = PeftAdapter.Read(folder.File("adapter"));
        Assert.Equal(
            adapter.Layers.Select(layer => (layer.Path, layer.Rank, layer.Scale)),
            read.Layers.Select(layer => (layer.Path, layer.Rank, layer.Scale))
        );
        Assert.Equal(adapter.Layers[1].B.ToArray(), read.Layers[1].B.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whether_it_may_be_shared_comes_back(bool isPrivate)
    {
        using var folder = new TemporaryFolder();
        var adapter = new PeftAdapter("base", [Layer("layers.0.q_proj", 2, 0.5)]) { IsPrivate = isPrivate };
        adapter.Write(folder.File("adapter"));
        Assert.Equal(isPrivate, PeftAdapter.Read(folder.File("adapter")).IsPrivate);
    }

    [Theory]
    [InlineData("\"use_rslora\": false", "\"use_rslora\": false, \"use_dora\": true", "use_dora")]
    [InlineData("\"peft_type\": \"LORA\"", "\"peft_type\": \"IA3\"", "peft_type")]
    [InlineData("\"r\": 2", "\"r\": 4", "rank 4")]
    [InlineData("\"lora_alpha\": 1,", "", "not a LoRA configuration")]
    [InlineData("\"lora_alpha\": 1,", "\"lora_alpha\": 1e400,", "an alpha of")]
    [InlineData(
        "\"lora_alpha\": 1,",
        "\"lora_alpha\": 1, \"alpha_pattern\": {\"(\": 1},",
        "the pattern \"(\" is no regular"
    )]
    [InlineData(
        "\"lora_alpha\": 1,",
        "\"lora_alpha\": 1, \"alpha_pattern\": {\"(?=q)x\": 1},",
        "the pattern \"(?=q)x\""
    )]
    public void A_folder_of_another_kind_is_refused_by_its_field(string written, string instead, string why)
    {
        using var folder = new TemporaryFolder();
        new PeftAdapter("base", [Layer("layers.0.q_proj", 2, 0.5)]).Write(folder.File("adapter"));
        var config = Path.Combine(folder.File("adapter"), PeftFiles.ConfigName);
        var text = File.ReadAllText(config);
        Assert.Contains(written, text, StringComparison.Ordinal);
        File.WriteAllText(config, text.Replace(written, instead, StringComparison.Ordinal));
        var error = Assert.Throws<InvalidCheckpointException>(() => PeftAdapter.Read(folder.File("adapter")));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(4, 0)]
    public void Factors_without_a_number_are_refused(int outFeatures, int inFeatures)
    {
        using var folder = new TemporaryFolder();
        var empty = new PeftLayer(
            "q_proj",
            2,
            outFeatures,
            inFeatures,
            1,
            new float[outFeatures * 2],
            new float[2 * inFeatures]
        );
        new PeftAdapter("base", [empty]).Write(folder.File("adapter"));
        var error = Assert.Throws<InvalidCheckpointException>(() => PeftAdapter.Read(folder.File("adapter")));
        Assert.Contains("expected [r, in] and [out, r]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_other_files_is_not_replaced_and_nothing_is_left_half_written()
    {
        using var folder = new TemporaryFolder();
        var adapter = new PeftAdapter("base", [Layer("layers.0.q_proj", 2, 0.5)]);
        Directory.CreateDirectory(folder.File("mine"));
        File.WriteAllText(Path.Combine(folder.File("mine"), "notes.txt"), "keep");
        Assert.Throws<IOException>(() => adapter.Write(folder.File("mine")));
        var broken = new PeftAdapter(
            "base",
            [Layer("layers.0.q_proj", 2, 0.5) with { B = new float[] { float.NaN, 0, 0, 0, 0, 0, 0, 0 } }]
        );
        Assert.Throws<ArgumentException>(() => broken.Write(folder.File("broken")));
        Assert.Equal(["mine"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
        adapter.Write(folder.File("again"));
        adapter.Write(folder.File("again"));
        Assert.Equal(2, Directory.GetFiles(folder.File("again")).Length);
    }

    private static PeftLayer Layer(string path, int rank, double scale) =>
        new(
            path,
            rank,
            4,
            5,
            scale,
            (float[])[.. Enumerable.Range(0, 4 * rank).Select(i => i / 8f)],
            (float[])[.. Enumerable.Range(0, 5 * rank).Select(i => -i / 16f)]
        );

    // −1 = dense.
    private static LayerProduct Product(AdapterTensor tensor, int rank)
    {
        float[] Numbers(int count, int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        }

        if (rank < 0)
        {
            return LayerProduct.Dense(Numbers(tensor.OutFeatures * tensor.InFeatures, 1));
        }

        // The first layer has no residual: ranks may differ.
        return tensor.Path == FirstLayer
            ? LayerProduct.None
            : LayerProduct.Of(rank, Numbers(rank * tensor.InFeatures, 2), Numbers(tensor.OutFeatures * rank, 3));
    }

    private static void Add(LlamaModel model, PeftAdapter adapter)
    {
        using var untracked = no_grad();
        foreach (var layer in adapter.Layers)
        {
            var linear = model.AdaptableLinears.Single(candidate => candidate.Path == layer.Path);
            var b = tensor(layer.B.ToArray(), [layer.OutFeatures, layer.Rank]);
            var a = tensor(layer.A.ToArray(), [layer.Rank, layer.InFeatures]);
            linear.Weight.add_(mm(b, a) * layer.Scale);
        }
    }
}
