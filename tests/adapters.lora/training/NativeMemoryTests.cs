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

        Assert.Equal(before, LivingTensors.Count());
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

        Assert.Equal(before, LivingTensors.Count());
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
        var (tensors, memory) = (LivingTensors.Count(), Resident());
        Steps(1000);

        Assert.Equal(tensors, LivingTensors.Count());
        // Activations that outlive their step, here about 0.1 MB each time, would show.
        Assert.True(Resident() - memory < 32 << 20, $"{memory >> 20} → {Resident() >> 20} MB");
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
