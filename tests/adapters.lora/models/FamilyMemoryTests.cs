using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

/// <summary>Every family's steps leave no tensor behind. Counts living tensors of the whole process, so nothing else may run beside it.</summary>
[Collection(nameof(NativeMemoryTests))]
public sealed class FamilyMemoryTests
{
    private static readonly int[] Ids = [3, 9, 0, 12, 5];

    [Theory]
    [InlineData("gpt2", false)]
    [InlineData("gpt2", true)]
    [InlineData("bert", false)]
    [InlineData("roberta", true)]
    [InlineData("image", false)]
    public void A_step_leaves_no_tensor_behind(string family, bool recomputed)
    {
        ModelConfig config = family switch
        {
            "gpt2" => new Gpt2Config
            {
                HiddenSize = 8,
                InnerSize = 16,
                Layers = 2,
                Heads = 2,
                VocabSize = 13,
                Positions = 8,
            },
            "image" => new ImageConfig
            {
                Height = 8,
                Width = 8,
                Convolutions = [4],
                Hidden = [6],
            },
            _ => new BertConfig
            {
                ModelType = family,
                HiddenSize = 8,
                IntermediateSize = 16,
                Layers = 2,
                Heads = 2,
                VocabSize = 13,
                Positions = 16,
                TokenTypes = 2,
                LabelNames = ["a", "b"],
                FirstPosition = family == "roberta" ? 2 : 0,
            },
        };
        using var model = config.Create();
        Fill(model);
        model.CheckpointActivations = recomputed;
        using var adapter = new LoraAdapter(
            model,
            AdapterLayout.For(
                config,
                new(2, 4, LoraScaling.RsLora, [config.Linears[0].Path, config.Linears[^1].Path], 0)
            )
        );
        using RecordBatch batch =
            family == "image"
                ? ImageBatch.Of([new float[64], new float[64]], (1, 8, 8), [1, 7])
                : TokenBatch.Of([new TokenSequence(Ids, 0) { Label = 1 }, new(Ids[..2], 0) { Label = 0 }]);
        Step();
        var before = LivingTensors.Count();
        for (var i = 0; i < 5; i++)
        {
            Step();
        }

        LivingTensors.AssertNoMoreThan(before);

        void Step()
        {
            using var scope = NewDisposeScope();
            PerExampleGradients.Compute(adapter, batch);
            SummedGradient.Compute(adapter, batch);
            model.TotalLoss(batch);
        }
    }

    private static void Fill(AdaptableModel model)
    {
        using var untracked = no_grad();
        using var generator = new Generator(3, CPU);
        foreach (var parameter in model.parameters().Where(parameter => parameter.dim() > 1))
        {
            using var values = randn(parameter.shape, generator: generator);
            parameter.copy_(values.mul_(0.3));
        }
    }
}
