using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

/// <summary>Counts living tensors of the whole process, so nothing else may run beside it.</summary>
[Collection(nameof(NativeMemoryTests))]
[CollectionDefinition(nameof(NativeMemoryTests), DisableParallelization = true)]
public sealed class NativeMemoryTests
{
    [Fact]
    public void A_gradient_leaves_no_tensor_behind_and_trains_nothing_but_the_adapter()
    {
        using var trained = new Trained("q_proj", "v_proj");
        using var batch = TokenBatch.Of(Some.Records(10, 7));
        var values = trained.Adapter.GetValues();
        Step(trained, batch);
        var before = LivingTensors.Count();
        for (var i = 0; i < 20; i++)
        {
            Step(trained, batch);
        }

        LivingTensors.AssertNoMoreThan(before);
        Assert.Equal(values, trained.Adapter.GetValues());
        Assert.All(trained.Model.parameters(), parameter => Assert.True(parameter.grad is null));
    }

    [Fact]
    public void Activations_computed_twice_leave_no_tensor_behind()
    {
        using var trained = new Trained("q_proj", "v_proj");
        trained.Model.CheckpointActivations = true;
        using var batch = TokenBatch.Of(Some.Records(10, 7));
        Step(trained, batch);
        var before = LivingTensors.Count();
        for (var i = 0; i < 5; i++)
        {
            Step(trained, batch);
        }

        LivingTensors.AssertNoMoreThan(before);
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    [InlineData("bert")]
    public void A_layer_gives_back_what_backward_does_not_need_before_the_next_one_begins(string family)
    {
        using AdaptableModel model = family switch
        {
            "llama" => new LlamaModel(Some.Config() with { NumHiddenLayers = 4 }),
            "gpt2" => new Gpt2Model(
                new Gpt2Config
                {
                    HiddenSize = 16,
                    InnerSize = 32,
                    Layers = 4,
                    Heads = 4,
                    VocabSize = 61,
                    Positions = 24,
                }
            ),
            _ => new SequenceClassifier(
                new BertConfig
                {
                    ModelType = "bert",
                    HiddenSize = 16,
                    IntermediateSize = 32,
                    Layers = 4,
                    Heads = 4,
                    VocabSize = 61,
                    Positions = 24,
                    TokenTypes = 2,
                    LabelNames = ["a", "b"],
                }
            ),
        };
        var living = new List<long>();
        foreach (
            var first in model
                .AdaptableLinears.Where(linear => linear.Path.Any(char.IsAsciiDigit))
                .GroupBy(linear => linear.Path.Split('.').First(part => char.IsAsciiDigit(part[0])))
                .Select(layer => layer.First())
        )
        {
            first.Attach(
                (_, output) =>
                {
                    living.Add(Tensor.TotalCount);
                    return output;
                }
            );
        }

        using var batch = TokenBatch.Of(Some.Records(10, 7));
        using (NewDisposeScope())
        {
            _ = family == "bert" ? ((IClassifier)model).Logits(batch) : ((CausalLanguageModel)model).call(batch.Ids);
        }

        Assert.Equal(4, living.Count);
        // A layer's output stays, and no more.
        Assert.All(living.Zip(living.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 0, 2));
    }

    [Fact]
    public void A_thousand_steps_leave_the_number_of_tensors_and_the_memory_of_the_process_as_they_were()
    {
        using var trained = new Trained(Some.Options("q_proj", "v_proj") with { Factors = TrainedFactors.Alternating });
        var layout = trained.Adapter.Layout;
        var whole = trained.Adapter.GetValues();
        void Steps(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var scope = NewDisposeScope();
                using var batch = TokenBatch.Of(Some.Records(4 + (i % 8), 6));
                var part = layout.TrainedAt(i);
                var gradient = PerExampleGradients.Compute(trained.Adapter, batch, part).sum([0L]);
                var values = layout.Take(part, whole);
                var optimizer = LocalOptimizer.Create(new("sgd", 1e-3), part);
                optimizer.Step(values, gradient.data<float>().ToArray());
                layout.Put(part, values, whole);
                trained.Adapter.SetValues(whole);
            }
        }

        Steps(200);
        var tensors = LivingTensors.Count();
        List<long> memory = [Resident()];
        // Activations that outlive their step, here about 0.1 MB each time, show each time. What the runtime takes for its own heap, as
        // much as the machine's caches tempt it to, it takes once.
        do
        {
            Steps(1000);
            LivingTensors.AssertNoMoreThan(tensors);
            memory.Add(Resident());
        } while (memory[^1] - memory[^2] >= 32 << 20 && memory.Count < 4);

        Assert.True(
            memory[^1] - memory[^2] < 32 << 20,
            $"{string.Join(" → ", memory.Select(bytes => bytes >> 20))} MB"
        );
    }

    private static long Resident()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static void Step(Trained trained, TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        PerExampleGradients.Compute(trained.Adapter, batch);
        SummedGradient.Compute(trained.Adapter, batch);
    }
}
