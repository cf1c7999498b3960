namespace Federated.Adapters.Tests;

public sealed class ActivationCheckpointTests
{
    private static readonly int[][] Records =
    [
        [1, 5, 9, 3],
        [2, 7],
        [4, 4, 8, 6, 1],
    ];

    [Theory]
    [InlineData(TrainedFactors.B)]
    [InlineData(TrainedFactors.AB)]
    public void Gradients_are_the_same_with_activations_computed_twice(TrainedFactors factors)
    {
        using var model = Some.Model();
        var options = Some.Options() with { Factors = factors };
        using var adapter = new LoraAdapter(model, AdapterLayout.For(model.Config.Linears, options));
        adapter.SetValues(Some.Values(adapter.Layout));
        using var batch = TokenBatch.Of(Records);
        using var kept = PerExampleGradients.Compute(adapter, batch);
        using var keptSum = SummedGradient.Compute(adapter, batch);

        model.CheckpointActivations = true;
        using var again = PerExampleGradients.Compute(adapter, batch);
        using var againSum = SummedGradient.Compute(adapter, batch);

        Assert.True(kept.norm().item<float>() > 0);
        Assert.Equal(kept.data<float>().ToArray(), again.data<float>().ToArray());
        Assert.Equal(keptSum.data<float>().ToArray(), againSum.data<float>().ToArray());
    }
}
