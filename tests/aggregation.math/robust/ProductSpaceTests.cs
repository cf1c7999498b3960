using Federated.Adapters;

namespace Federated.Aggregation.Tests;

/// <summary>Where both factors are trained, distances are between products: turning a node's factors changes nothing.</summary>
public sealed class ProductSpaceTests
{
    private static readonly AdapterLayout Layout = AdapterLayout.For(
        Some.Layers,
        new(2, 4, LoraScaling.RsLora, ["q_proj", "v_proj"], 0) { Factors = TrainedFactors.AB }
    );

    private readonly MemoryBlobs _blobs = new();

    [Fact]
    public async Task Inner_products_are_those_of_the_dense_changes()
    {
        var plan = Plan([Values(1), Values(2), Values(3)]);
        var gram = await UpdateProducts.OfLayersAsync(
            plan,
            Layout,
            _blobs.OpenAsync,
            TestContext.Current.CancellationToken
        );
        var start = Layout.InitialValues();
        var dense = Enumerable.Range(1, 3).Select(seed => Dense(start, Values(seed))).ToArray();
        for (var i = 0; i < 3; i++)
        {
            for (var j = 0; j < 3; j++)
            {
                Assert.Equal(dense[i].Zip(dense[j], (x, y) => x * y).Sum(), gram[i, j], 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(MergeMethod.Svd)]
    [InlineData(MergeMethod.Fedex)]
    [InlineData(MergeMethod.Average)]
    public async Task Every_merge_leaves_out_what_krum_leaves_out(MergeMethod method)
    {
        float[][] updates = [Values(1), Values(1, 1.01f), Values(1, 0.99f), Values(1, 1.02f), Values(9, 40)];
        var rule = new RobustRule { Method = RobustMethod.MultiKrum, Byzantine = 1 };
        using var robust = await VersionMerge.MergeAsync(
            Plan(updates) with
            {
                Method = method,
                Robust = rule,
            },
            Layout,
            _blobs.OpenAsync,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(0.0, robust.Report.Nodes![4].Share);
        using var honest = await VersionMerge.MergeAsync(
            Plan(updates[..4], 1.0 / 4) with
            {
                Method = method,
            },
            Layout,
            _blobs.OpenAsync,
            TestContext.Current.CancellationToken
        );
        Assert.All(
            robust.Values.ToArray().Zip(honest.Values.ToArray()),
            pair => Assert.Equal(pair.Second, pair.First, 1e-4f)
        );
    }

    private MergePlan Plan(float[][] updates, double coefficient = 0.2)
    {
        var start = _blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Adapter, Layout, Layout.InitialValues()));
        return MergePlan.For(
            1,
            start,
            updates.Select(
                (delta, node) =>
                    Some.Weighted(
                        $"{node}",
                        0,
                        _blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Update, Layout, delta)),
                        coefficient
                    )
            ),
            1
        );
    }

    private static float[] Values(int seed, float factor = 1) =>
        [.. Enumerable.Range(0, (int)Layout.Count).Select(j => factor * MathF.Sin((seed * 31) + j) / 3)];

    private static double[] Dense(float[] start, float[] delta)
    {
        var after = start.Zip(delta, (x, y) => x + y).ToArray();
        return
        [
            .. Layout.Tensors.SelectMany(tensor => Product(after, tensor).Zip(Product(start, tensor), (x, y) => x - y)),
        ];
    }

    private static IEnumerable<double> Product(float[] values, AdapterTensor tensor)
    {
        for (var row = 0; row < tensor.OutFeatures; row++)
        {
            for (var column = 0; column < tensor.InFeatures; column++)
            {
                var sum = 0.0;
                for (var k = 0; k < tensor.Rank; k++)
                {
                    sum +=
                        (double)values[tensor.OffsetOfB + (row * tensor.Rank) + k]
                        * values[tensor.OffsetOfA + (k * tensor.InFeatures) + column];
                }

                yield return sum;
            }
        }
    }
}
