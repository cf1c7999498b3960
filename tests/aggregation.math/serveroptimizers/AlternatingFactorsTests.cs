using Federated.Adapters;

namespace Federated.Aggregation.Tests;

/// <summary>Momentum where one factor is trained a version: each factor keeps its own.</summary>
public sealed class AlternatingFactorsTests
{
    [Fact]
    public async Task Each_factor_has_the_momentum_of_its_own_steps()
    {
        var layout = AdapterLayout.For(
            Some.Layers,
            new(2, 4, LoraScaling.RsLora, ["q_proj", "v_proj"], 0) { Factors = TrainedFactors.Alternating }
        );
        var blobs = new MemoryBlobs();
        var rule = new ServerOptimizerRule { Kind = ServerOptimizerKind.Momentum, Beta1 = 0.5 };
        var start = layout.InitialValues();
        var adapter = blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Adapter, layout, start));
        string? state = null;
        float[] values = [];
        for (var based = 0; based < 4; based++)
        {
            var part = layout.TrainedAt(based);
            var ones = Enumerable.Repeat(1f, (int)part.Count).ToArray();
            var update = blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Update, part, ones));
            var plan = MergePlan.For(
                based + 1,
                adapter,
                [Some.Weighted("a", based, update, 1)],
                new ServerStepPlan(rule, state, 0)
            );
            using var merged = await LinearMerge.MergeAsync(
                plan,
                layout,
                blobs.OpenAsync,
                TestContext.Current.CancellationToken
            );
            adapter = blobs.Put(merged.Blob.ToArray());
            state = blobs.Put(merged.OptimizerState!);
            values = merged.Values.ToArray();
        }

        // Two steps each: 1, then 1 + ½.
        Assert.All(values.Zip(start), pair => Assert.Equal(2.5f, pair.First - pair.Second, 1e-5f));
    }
}
