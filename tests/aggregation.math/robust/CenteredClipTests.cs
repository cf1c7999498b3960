using Federated.Adapters;

namespace Federated.Aggregation.Tests;

/// <summary>Centered clipping from version to version.</summary>
public sealed class CenteredClipTests
{
    private const int Nodes = 5;
    private const double Radius = 0.5;
    private static readonly RobustRule Rule = new()
    {
        Method = RobustMethod.CenteredClip,
        Radius = Radius,
        Iterations = 2,
    };

    private readonly MemoryBlobs _blobs = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_version_starts_where_the_last_one_ended(bool withState)
    {
        var centre = new double[Some.Layout.Count];
        var adapter = _blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Adapter, Some.Layout, new float[centre.Length]));
        var optimizer = new ServerOptimizerRule
        {
            Kind = withState ? ServerOptimizerKind.Momentum : ServerOptimizerKind.Sgd,
            Beta1 = 0.5,
            LearningRate = 0.7,
        };
        var momentum = new double[centre.Length];
        string? kept = null;
        string? state = null;
        var before = new float[centre.Length];
        for (var version = 1; version <= 3; version++)
        {
            var updates = Enumerable.Range(0, Nodes).Select(node => Some.Values((version * 10) + node)).ToArray();
            using var merged = await MergeAsync(version, adapter, kept, new(optimizer, state, 0), updates);
            for (var iteration = 0; iteration < Rule.Iterations; iteration++)
            {
                centre = Clip(centre, updates);
            }

            // Four fifths of the nodes' weight is Σ C.
            for (var j = 0; j < centre.Length; j++)
            {
                momentum[j] = ((withState ? 0.5 : 0) * momentum[j]) + (0.8 * centre[j]);
                Assert.Equal(before[j] + (0.7 * momentum[j]), merged.Values[j], 1e-5);
            }

            before = merged.Values.ToArray();
            adapter = _blobs.Put(merged.Blob.ToArray());
            kept = _blobs.Put(merged.Centre!);
            state = merged.OptimizerState is { } bytes ? _blobs.Put(bytes) : null;
            Assert.All(
                AdapterBlob.Read(new MemoryStream(merged.Centre!), Some.Layout, AdapterBlobKind.Update).Zip(centre),
                pair => Assert.Equal(pair.Second, pair.First, 1e-5)
            );
        }
    }

    /// <summary>A radius much below the honest step: from zero the rule would stay short for ever.</summary>
    [Fact]
    public async Task With_the_centre_carried_on_the_step_grows_to_the_honest_one()
    {
        var honest = Some.Values(1).Select(value => 3 * value).ToArray();
        float[][] updates = [honest, honest, honest, honest, [.. honest.Select(_ => -1e30f)]];
        var adapter = _blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Adapter, Some.Layout, new float[honest.Length]));
        string? kept = null;
        for (var version = 1; version <= 12; version++)
        {
            using var merged = await MergeAsync(
                version,
                adapter,
                kept,
                new(ServerOptimizerRule.Plain, null, 0),
                updates
            );
            kept = _blobs.Put(merged.Centre!);
        }

        var centre = AdapterBlob.Read(
            await _blobs.OpenAsync(kept!, TestContext.Current.CancellationToken),
            Some.Layout,
            AdapterBlobKind.Update
        );
        var distance = Math.Sqrt(centre.Zip(honest).Sum(pair => Math.Pow(pair.First - pair.Second, 2)));
        Assert.InRange(distance, 0, Radius / 2);
        Assert.True(Math.Sqrt(honest.Sum(value => (double)value * value)) > 4 * Radius);
    }

    [Fact]
    public void The_plan_of_a_version_names_the_centre_of_the_one_before()
    {
        var state = Some.Running(Some.Terms() with { Robust = Rule }, "a", "b").Accept("a", 0).Accept("b", 0).Decide();
        Assert.Null(state.PlanMerge().Centre);
        var published = new VersionPublished(Some.Start, 1, Some.Digest("v1"), 100, state.ReportMerge(1))
        {
            Centre = Some.Digest("centre"),
        };
        var next = state.Apply(published).OpenNext().Accept("a", 1).Accept("b", 1).Decide().PlanMerge();
        Assert.Equal(Some.Digest("centre"), next.Centre);
        Assert.Contains(Some.Digest("centre"), MergePlan.FromJson(next.ToJson()).Blobs);
    }

    private Task<MergedAdapter> MergeAsync(
        long version,
        string adapter,
        string? centre,
        ServerStepPlan step,
        float[][] updates
    )
    {
        var plan = MergePlan.For(
            version,
            adapter,
            updates.Select(
                (delta, node) => Some.Weighted($"node{node}", version - 1, _blobs.Put(Some.Blob(delta)), 0.8 / Nodes)
            ),
            step
        ) with
        {
            Robust = Rule,
            Centre = centre,
        };
        return VersionMerge.MergeAsync(MergePlan.FromJson(plan.ToJson()), Some.Layout, _blobs.OpenAsync);
    }

    private static double[] Clip(double[] centre, float[][] updates)
    {
        var next = (double[])centre.Clone();
        foreach (var update in updates)
        {
            double[] difference = [.. update.Zip(centre, (x, v) => x - v)];
            var norm = Math.Sqrt(difference.Sum(value => value * value));
            for (var j = 0; j < next.Length; j++)
            {
                next[j] += difference[j] * Math.Min(1, Radius / norm) / updates.Length;
            }
        }

        return next;
    }
}
