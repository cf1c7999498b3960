using Federated.Adapters;
using FsCheck.Xunit;

namespace Federated.Aggregation.Tests;

public sealed class LinearMergeTests
{
    private readonly Dictionary<string, byte[]> _blobs = [];

    [Property(MaxTest = 50)]
    public void The_order_of_arrival_does_not_change_a_bit(int seed)
    {
        var random = new Random(seed);
        var updates = Enumerable
            .Range(0, 7)
            .Select(i => Put($"node{i % 5}", i / 5, Some.Values(seed % 1000 + i), random.NextDouble() - 0.2))
            .ToArray();
        var before = Base(Some.Values(99));
        var one = Merge(before, updates).Values.ToArray();
        random.Shuffle(updates);
        Assert.Equal(Bits(one), Bits(Merge(before, updates).Values.ToArray()));
    }

    /// <summary>Enough numbers for several shares, a last block that is not whole, with and without a state, and one factor at a time.</summary>
    [Theory]
    [InlineData(ServerOptimizerKind.Sgd, TrainedFactors.B)]
    [InlineData(ServerOptimizerKind.Adam, TrainedFactors.B)]
    [InlineData(ServerOptimizerKind.Momentum, TrainedFactors.Alternating)]
    public async Task The_number_of_threads_does_not_change_a_bit(ServerOptimizerKind kind, TrainedFactors factors)
    {
        var layout = AdapterLayout.For(
            [new("layers.0.q_proj", 3001, 2999), new("layers.0.v_proj", 3001, 1003)],
            new(64, 64, LoraScaling.RsLora, ["q_proj", "v_proj"], 0) { Factors = factors }
        );
        var random = new Random(4);
        var before = Put(AdapterBlob.Encode(AdapterBlobKind.Adapter, layout, Numbers(layout)));
        WeightedUpdate[] updates =
        [
            .. Enumerable
                .Range(0, 21)
                .Select(i =>
                {
                    var part = layout.TrainedAt(i % 2);
                    return Some.Weighted(
                        $"node{i:D2}",
                        i % 2,
                        Put(AdapterBlob.Encode(AdapterBlobKind.Update, part, Numbers(part))),
                        0.05
                    );
                }),
        ];
        var rule = new ServerOptimizerRule
        {
            Kind = kind,
            Beta1 = 0.9,
            Beta2 = 0.99,
        };
        var plan = MergePlan.For(2, before, updates, new ServerStepPlan(rule, null, 0)) with
        {
            Method = factors == TrainedFactors.B ? MergeMethod.Ffa : MergeMethod.Alternating,
        };
        using var alone = await MergeAsync(1);
        foreach (var threads in new[] { 2, 3, 7 })
        {
            using var together = await MergeAsync(threads);
            Assert.Equal(alone.Blob.ToArray(), together.Blob.ToArray());
            Assert.Equal(alone.OptimizerState, together.OptimizerState);
            Assert.Equal(alone.StepNorm, together.StepNorm);
        }

        float[] Numbers(AdapterLayout of) =>
            [.. Enumerable.Range(0, (int)of.Count).Select(_ => random.NextSingle() - 0.5f)];

        Task<MergedAdapter> MergeAsync(int threads) =>
            LinearMerge.MergeAsync(
                plan,
                layout,
                (digest, _) => Task.FromResult<Stream>(new MemoryStream(_blobs[digest])),
                threads,
                TestContext.Current.CancellationToken
            );
    }

    [Fact]
    public void One_node_with_coefficient_one_is_that_nodes_adapter()
    {
        // Numbers of few bits, so that float addition is exact.
        var before = Enumerable.Range(0, (int)Some.Layout.Count).Select(j => j / 64f).ToArray();
        var after = Enumerable.Range(0, before.Length).Select(j => (j % 7) - 3f).ToArray();
        var delta = after.Zip(before, (a, b) => a - b).ToArray();
        Assert.Equal(after, Merge(Base(before), [Put("a", 0, delta, 1)]).Values.ToArray());
    }

    [Fact]
    public void The_merge_is_linear_in_the_updates()
    {
        float[] zero = new float[Some.Layout.Count];
        var (x, y) = (Some.Values(1), Some.Values(2));
        var merged = Merge(Base(zero), [Put("a", 0, x, 0.5), Put("b", 0, y, -0.25)], learningRate: 2).Values.ToArray();
        Assert.All(
            Enumerable.Range(0, zero.Length),
            j => Assert.Equal(2 * ((0.5 * x[j]) - (0.25 * y[j])), merged[j], 1e-7)
        );
    }

    [Fact]
    public void The_step_norm_is_that_of_the_applied_change()
    {
        float[] zero = new float[Some.Layout.Count];
        var delta = Some.Values(3);
        var merged = Merge(Base(zero), [Put("a", 0, delta, 0.5)], learningRate: 3);
        Assert.Equal(1.5 * Math.Sqrt(delta.Sum(x => (double)x * x)), merged.StepNorm, 1e-12);
    }

    [Fact]
    public void A_result_that_float32_cannot_hold_is_refused()
    {
        var huge = Enumerable.Repeat(float.MaxValue, (int)Some.Layout.Count).ToArray();
        var error = Assert.Throws<NonFiniteMergeException>(() => Merge(Base(huge), [Put("a", 0, huge, 1)]));
        Assert.Contains("learningRate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_in_place_of_an_update_is_refused()
    {
        var before = Base(Some.Values(1));
        Assert.Throws<InvalidAdapterBlobException>(() => Merge(before, [Some.Weighted("a", 0, before, 1)]));
    }

    [Fact]
    public void A_plan_without_updates_or_with_one_twice_is_refused()
    {
        Assert.Throws<ArgumentException>(() => MergePlan.For(1, "", [], 1));
        var update = Some.Weighted("a", 0, "", 1);
        Assert.Throws<ArgumentException>(() => MergePlan.For(1, "", [update, update], 1));
    }

    [Fact]
    public void A_plan_travels_with_every_bit()
    {
        var plan = MergePlan.For(
            4,
            Some.Digest("before"),
            [Some.Weighted("b", 3, "x", 1.0 / 3), Some.Weighted("a", 2, "y", 0.1)],
            0.7
        );
        var read = MergePlan.FromJson(plan.ToJson());
        Assert.Equal(["a", "b"], read.Updates.Select(update => update.NodeId));
        Assert.Equal(plan.Updates, read.Updates);
        Assert.Equal(
            (plan.Version, plan.PreviousDigest, plan.LearningRate),
            (read.Version, read.PreviousDigest, read.LearningRate)
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(1000)]
    [InlineData(1003)]
    public void The_kernel_is_the_plain_loop(int length)
    {
        var block = Enumerable.Range(0, length).Select(j => MathF.Cos(j)).ToArray();
        var sum = Enumerable.Range(0, length).Select(j => Math.Sin(j)).ToArray();
        var expected = sum.Zip(block, (s, b) => s + (0.3 * (double)b)).ToArray();
        WeightedSum.Add(sum, block, 0.3);
        Assert.Equal(expected, sum);
        Assert.Equal(block.Sum(x => (double)x * x), WeightedSum.SquaredNorm(block), 1e-10);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(1003)]
    public void The_step_is_the_plain_loop(int length)
    {
        var values = Enumerable.Range(0, length).Select(j => MathF.Cos(j)).ToArray();
        var sum = Enumerable.Range(0, length).Select(j => Math.Sin(j) / 7).ToArray();
        var expected = values.Zip(sum, (x, s) => (float)(x + (0.3 * s))).ToArray();
        var squares = WeightedSum.Step(values, sum, 0.3);
        Assert.Equal(Bits(expected), Bits(values));
        Assert.Equal(sum.Sum(s => 0.09 * s * s), squares, 1e-10);
    }

    [Fact]
    public void More_updates_than_are_open_at_once_are_merged_in_the_same_order()
    {
        var count = (2 * BlobSet.OpenAtOnce) + 3;
        var updates = Enumerable
            .Range(0, count)
            .Select(i => Put($"node{i:D3}", 0, Some.Values(i), 1.0 / count))
            .ToArray();
        var expected = new double[Some.Layout.Count];
        for (var i = 0; i < count; i++)
        {
            var delta = Some.Values(i);
            for (var j = 0; j < expected.Length; j++)
            {
                expected[j] += 1.0 / count * delta[j];
            }
        }

        var merged = Merge(Base(new float[expected.Length]), updates).Values.ToArray();
        Assert.Equal(Bits([.. expected.Select(x => (float)x)]), Bits(merged));
    }

    private string Base(float[] values) => Put(AdapterBlob.Encode(AdapterBlobKind.Adapter, Some.Layout, values));

    private WeightedUpdate Put(string node, long baseVersion, float[] delta, double coefficient) =>
        Some.Weighted(node, baseVersion, Put(Some.Blob(delta)), coefficient);

    private string Put(byte[] blob)
    {
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(blob));
        _blobs[digest] = blob;
        return digest;
    }

    private MergedAdapter Merge(string before, IEnumerable<WeightedUpdate> updates, double learningRate = 1) =>
        LinearMerge
            .MergeAsync(
                MergePlan.For(1, before, updates, learningRate),
                Some.Layout,
                (digest, _) => Task.FromResult<Stream>(new MemoryStream(_blobs[digest])),
                TestContext.Current.CancellationToken
            )
            .GetAwaiter()
            .GetResult();

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
