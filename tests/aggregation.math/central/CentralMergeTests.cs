using Federated.Adapters;

namespace Federated.Aggregation.Tests;

public sealed class CentralMergeTests
{
    private readonly MemoryBlobs _blobs = new();

    [Fact]
    public async Task Without_much_noise_it_is_the_merge_of_clipped_updates()
    {
        var central = Central(noiseMultiplier: 1e-9, maxUpdateNorm: 1);
        var plan = Plan(central, ("a", Long(1), 0.5), ("b", Long(2), 0.25));
        using var merged = await CentralMerge.MergeAsync(
            plan,
            Some.Layout,
            _blobs.OpenAsync,
            TestContext.Current.CancellationToken
        );
        var (x, y) = (Unit(Long(1)), Unit(Long(2)));
        Assert.All(
            merged.Values.ToArray().Select((value, j) => (value, expected: (0.5 * x[j]) + (0.25 * y[j]))),
            pair => Assert.Equal(pair.expected, pair.value, 1e-3)
        );
    }

    [Fact]
    public async Task One_node_moves_a_version_by_no_more_than_the_public_constant()
    {
        // The largest weight there may be, and an update of any length.
        var central = Central(noiseMultiplier: 1e-9, maxUpdateNorm: 0.25) with
        {
            LargestWeight = 4,
            Divisor = 8,
        };
        foreach (var length in new[] { 0.25f, 1e3f, 1e18f })
        {
            float[] update = [.. Unit(Some.Values(1)).Select(value => length * (float)value)];
            using var merged = await CentralMerge.MergeAsync(
                Plan(central, ("a", update, 4.0 / 8)),
                Some.Layout,
                _blobs.OpenAsync,
                TestContext.Current.CancellationToken
            );
            Assert.InRange(merged.StepNorm, 0.99 * central.Sensitivity, (1 + 1e-6) * central.Sensitivity);
        }
    }

    [Fact]
    public async Task The_noise_is_new_each_time_and_as_large_as_the_sensitivity_asks()
    {
        var central = Central(noiseMultiplier: 3, maxUpdateNorm: 0.5) with { LargestWeight = 2, Divisor = 4 };
        var plan = Plan(central, ("a", new float[Some.Layout.Count], 0.5));
        var squares = 0.0;
        const int Times = 100;
        for (var time = 0; time < Times; time++)
        {
            using var merged = await CentralMerge.MergeAsync(
                plan,
                Some.Layout,
                _blobs.OpenAsync,
                TestContext.Current.CancellationToken
            );
            squares += merged.StepNorm * merged.StepNorm;
        }

        var deviation = Math.Sqrt(squares / Times / Some.Layout.Count);
        Assert.Equal(1, deviation / (3 * 0.5 * 2 / 4), 0.1);
    }

    [Fact]
    public async Task A_plan_with_noise_is_no_pure_merge()
    {
        var plan = Plan(Central(1, 1), ("a", Some.Values(1), 0.5));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            VersionMerge.MergeAsync(plan, Some.Layout, _blobs.OpenAsync, TestContext.Current.CancellationToken)
        );
        var open = MergePlan.FromJson((plan with { Central = null }).ToJson());
        await Assert.ThrowsAsync<ArgumentException>(() =>
            CentralMerge.MergeAsync(open, Some.Layout, _blobs.OpenAsync, TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public void The_plan_is_priced_as_Gaussians_in_which_everybody_takes_part()
    {
        // One Gaussian of multiplier z ÷ √T: ε of z = 4, T = 16 at 1e-5 is that of multiplier 1.
        var central = Central(4, 1) with
        {
            Versions = 16,
            Delta = 1e-5,
        };
        Assert.Equal(4.3774, central.Epsilon(), 2e-2);
    }

    [Fact]
    public void Weights_divide_by_the_constant_and_norms_are_not_written_down()
    {
        var terms = Some.Terms() with { Central = Central(1, 1) with { Divisor = 10 } };
        var state = Some.Running(terms, "a", "b").Accept("a", 0).Accept("b", 0).CloseAndPublish();
        var report = state.Latest!.Report!;
        Assert.All(report.Updates, update => Assert.Equal(0.1, update.Coefficient));
        Assert.Equal(1e-6, report.Central!.Delta);
    }

    private static CentralPrivacy Central(double noiseMultiplier, double maxUpdateNorm) =>
        new(noiseMultiplier, maxUpdateNorm, 2, 1, 3, 1e-6, 8, 1e-5);

    private MergePlan Plan(CentralPrivacy central, params (string Node, float[] Delta, double Coefficient)[] updates)
    {
        var zero = _blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Adapter, Some.Layout, new float[Some.Layout.Count]));
        var plan = MergePlan.For(
            1,
            zero,
            updates.Select(update =>
                Some.Weighted(update.Node, 0, _blobs.Put(Some.Blob(update.Delta)), update.Coefficient)
            ),
            1
        ) with
        {
            Central = central,
        };
        return MergePlan.FromJson(plan.ToJson());
    }

    private static float[] Long(int seed) => [.. Some.Values(seed).Select(value => 10 * value)];

    private static double[] Unit(float[] values)
    {
        var norm = Math.Sqrt(values.Sum(value => (double)value * value));
        return [.. values.Select(value => value / norm)];
    }
}
