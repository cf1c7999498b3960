using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

public sealed class ImageClassifierTests
{
    private static readonly ImageConfig Small = new()
    {
        Channels = 2,
        Height = 9,
        Width = 8,
        Convolutions = [5],
        Hidden = [7],
        LabelNames = ["a", "b", "c"],
    };

    [Fact]
    public void It_computes_what_convolution_and_pooling_compute()
    {
        using var model = new ImageClassifier(Small);
        model.Initialize(3);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        foreach (var linear in model.AdaptableLinears)
        {
            linear.named_parameters().Single(named => named.name == "bias").parameter.add_(0.1);
        }

        var image = arange(0, 2 * 9 * 8, dtype: ScalarType.Float32).sin().view(1, 2, 9, 8);

        var actual = model.call(image).to(float64).data<double>().ToArray();

        var pixels = image.to(float64).data<double>().ToArray();
        Assert.All(Plainly(model, pixels).Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void The_networks_of_the_papers_have_the_expected_layers()
    {
        Assert.Equal(
            [
                new("conv.0", 9, 32),
                new("conv.1", 288, 32),
                new("fc.0", 800, 256),
                new("fc.1", 256, 64),
                new("fc.2", 64, 10),
            ],
            new ImageConfig().Linears
        );
        Assert.Equal(
            [new LinearShape("fc.0", 784, 200), new LinearShape("fc.1", 200, 10)],
            new ImageConfig { Convolutions = [], Hidden = [200] }.Linears
        );
    }

    [Fact]
    public void Per_example_gradients_equal_those_of_each_image_alone_and_learn()
    {
        using var model = new ImageClassifier(Small);
        model.Initialize(3);
        var layout = AdapterLayout.For(Small, new(3, 6, LoraScaling.RsLora, ["conv.0", "fc.0", "fc.1"], 0));
        using var adapter = new LoraAdapter(model, layout);
        adapter.SetValues(Some.Values(layout));
        var random = new Random(5);
        float[][] images =
        [
            .. Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 144).Select(_ => random.NextSingle()).ToArray()),
        ];
        int[] labels = [0, 1, 2, 1];
        using var scope = NewDisposeScope();
        using var batch = ImageBatch.Of(images, (2, 9, 8), labels);

        var together = PerExampleGradients.Compute(adapter, batch);

        for (var i = 0; i < images.Length; i++)
        {
            using var alone = ImageBatch.Of([images[i]], (2, 9, 8), [labels[i]]);
            Assert.True(together[i].allclose(SummedGradient.Compute(adapter, alone), 1e-4, 1e-6));
        }

        var before = model.TotalLoss(batch);
        using (no_grad())
        {
            adapter.Values.sub_(together.sum([0L]) * 0.02);
        }

        Assert.True(model.TotalLoss(batch).Nats < before.Nats);
        var likeliest = model.Logits(batch).argmax(1).data<long>().ToArray();
        Assert.Equal(likeliest.Zip(labels).Count(pair => pair.First == pair.Second), model.TotalLoss(batch).Correct);
    }

    [Fact]
    public void A_folder_of_an_image_model_loads_without_a_tokenizer()
    {
        using var checkpoint = new RandomCheckpoint(
            """{"model_type":"federated-image","channels":2,"height":9,"width":8,"convolutions":[5],"hidden":[7],"num_labels":3}"""
        );
        checkpoint
            .Add("conv.0.weight", 0, 1, 5, 2, 3, 3)
            .Add("conv.0.bias", 0, 1, 5)
            .Linear("fc.0", 7, 45, bias: true)
            .Linear("fc.1", 3, 7, bias: true)
            .Write();

        using var loaded = BaseModel.Load(checkpoint.Folder);

        Assert.Equal(["LABEL_0", "LABEL_1", "LABEL_2"], ((IClassifier)loaded.Model).LabelNames);
        Assert.Throws<Federated.Adapters.Checkpoints.InvalidCheckpointException>(() => loaded.Tokenizer);
        Assert.Throws<Federated.Adapters.Checkpoints.InvalidCheckpointException>(() => loaded.LanguageModel);
    }

    // One image [2, 9, 8] by loops: 3 × 3 windows, ReLU, 2 × 2 maxima, two layers.
    private static double[] Plainly(ImageClassifier model, double[] image)
    {
        var weights = model
            .named_parameters()
            .ToDictionary(named => named.name, named => named.parameter.to(float64).data<double>().ToArray());
        var convolved = new double[5, 7, 6];
        for (var o = 0; o < 5; o++)
        {
            for (var y = 0; y < 7; y++)
            {
                for (var x = 0; x < 6; x++)
                {
                    var sum = weights["conv.0.bias"][o];
                    for (var c = 0; c < 2; c++)
                    {
                        for (var k = 0; k < 9; k++)
                        {
                            sum +=
                                weights["conv.0.weight"][(((o * 2) + c) * 9) + k]
                                * image[(((c * 9) + y + (k / 3)) * 8) + x + (k % 3)];
                        }
                    }

                    convolved[o, y, x] = Math.Max(0, sum);
                }
            }
        }

        var pooled = new List<double>();
        for (var o = 0; o < 5; o++)
        {
            for (var y = 0; y < 3; y++)
            {
                for (var x = 0; x < 3; x++)
                {
                    pooled.Add(
                        new[]
                        {
                            convolved[o, 2 * y, 2 * x],
                            convolved[o, 2 * y, (2 * x) + 1],
                            convolved[o, (2 * y) + 1, 2 * x],
                            convolved[o, (2 * y) + 1, (2 * x) + 1],
                        }.Max()
                    );
                }
            }
        }

        var hidden = Plain.Linear([.. pooled], weights["fc.0.weight"], weights["fc.0.bias"]);
        return Plain.Linear(
            [.. hidden.Select(value => Math.Max(0, value))],
            weights["fc.1.weight"],
            weights["fc.1.bias"]
        );
    }
}
