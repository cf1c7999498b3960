using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Adapters.Quantization;

namespace Federated.Benchmarks;

/// <summary>The models that training is measured on.</summary>
internal static class TrainingModel
{
    /// <summary>
    /// base-docs as the repository brings it; else random weights: "reference" and "gpt2" are the shapes of the reference measurements (width 256,
    /// 4 layers, 4 heads, 5000 ids).
    /// </summary>
    public static CausalLanguageModel Create(string name, BasePrecision precision = BasePrecision.Full)
    {
        if (name == "base-docs")
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            var loaded = BaseModel.Load(Path.Combine(AppContext.BaseDirectory, "base-docs"), precision);
            return loaded.LanguageModel;
        }

        CausalLanguageModel model = name == "gpt2" ? new Gpt2Model(Gpt2Shape) : new LlamaModel(Shape(name));
        using (TorchSharp.torch.no_grad())
        {
            foreach (var (_, weight) in model.named_parameters())
            {
                // Norms stay one.
                if (weight.dim() == 2)
                {
                    TorchSharp.torch.nn.init.normal_(weight, 0, 0.02);
                }
            }
        }

        foreach (var linear in model.AdaptableLinears)
        {
            linear.Keep(precision);
        }

        return model;
    }

    /// <summary>The layers of a model, for a layout.</summary>
    public static IReadOnlyList<LinearShape> Shapes(CausalLanguageModel model) =>
        [
            .. model.AdaptableLinears.Select(linear => new LinearShape(
                linear.Path,
                (int)linear.InFeatures,
                (int)linear.OutFeatures
            )),
        ];

    /// <summary>Records of random ids.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Records(int count, int length, long vocabulary)
    {
        var random = new Random(1);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => Enumerable.Range(0, length).Select(_ => random.Next((int)vocabulary)).ToArray()),
        ];
    }

    /// <summary>Multiply-adds × 2 of one forward pass and of the backward pass to its input, which is what a frozen base costs.</summary>
    public static double FrozenFlops(CausalLanguageModel model, long tokens)
    {
        var weights = model.AdaptableLinears.Sum(linear => (double)linear.InFeatures * linear.OutFeatures);
        weights += (double)model.VocabularySize * model.AdaptableLinears[0].InFeatures; // the output layer
        return 4 * weights * tokens;
    }

    private static Gpt2Config Gpt2Shape =>
        new()
        {
            HiddenSize = 256,
            InnerSize = 1024,
            Layers = 4,
            Heads = 4,
            VocabSize = 5000,
            Positions = 1024,
        };

    private static LlamaConfig Shape(string name)
    {
        var (width, inner, layers, heads, vocabulary) = name switch
        {
            "reference" => (256, 688, 4, 4, 5000),
            "large" => (1024, 2816, 8, 16, 8000),
            _ => throw new ArgumentException($"--model {name}: expected base-docs, reference, gpt2 or large"),
        };
        return new LlamaConfig
        {
            HiddenSize = width,
            IntermediateSize = inner,
            NumHiddenLayers = layers,
            NumAttentionHeads = heads,
            NumKeyValueHeads = heads,
            HeadDim = width / heads,
            VocabSize = vocabulary,
            MaxPositionEmbeddings = 1024,
            TieWordEmbeddings = true,
        };
    }
}
