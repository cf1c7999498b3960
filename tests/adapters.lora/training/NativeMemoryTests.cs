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
        var before = Tensor.TotalCount;
        for (var i = 0; i < 20; i++)
        {
            Step(trained, batch);
        }

        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(values, trained.Adapter.GetValues());
        Assert.All(trained.Model.parameters(), parameter => Assert.True(parameter.grad is null));
    }

    private static void Step(Trained trained, TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        PerExampleGradients.Compute(trained.Adapter, batch);
        SummedGradient.Compute(trained.Adapter, batch);
    }
}
