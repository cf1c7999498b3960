using Federated.Adapters;

namespace Federated.Aggregation.Tests;

/// <summary>Versions that give up directions, also where late updates still hold them.</summary>
public sealed class RankPruningTests
{
    private static readonly RankSchedule Schedule = new(TargetRank: 1, From: 1, To: 3);

    private static readonly AdapterLayout Layout = AdapterLayout.For(
        [new("layers.0.q_proj", 12, 10), new("layers.0.v_proj", 12, 4)],
        new(4, 8, LoraScaling.RsLora, ["q_proj", "v_proj"], 3)
    );

    private readonly MemoryBlobs _blobs = new();

    [Fact]
    public async Task Each_version_keeps_as_many_directions_as_the_schedule_says_and_none_comes_back()
    {
        var previous = Put(new float[Layout.Count], AdapterBlobKind.Adapter);
        int[]? before = null;
        for (var version = 1; version <= 5; version++)
        {
            // Every update holds every direction, as late ones of wide versions do.
            using var merged = await MergeAsync(Schedule, version, previous, Random(version), Random(10 + version));
            var active = ActiveDirections.Of(Layout, merged.Values);
            Assert.Equal(Schedule.CountAt(version, Layout), active.Counts.Sum());
            Assert.Equal(version == 1 ? null : active.Counts, merged.Report.ActiveRanks);
            int[] kept = [.. active.Mask().Select((one, i) => one * (i + 1)).Where(i => i > 0).Select(i => (int)i)];
            Assert.Subset((before ?? kept).ToHashSet(), kept.ToHashSet());
            (before, previous) = (kept, _blobs.Put(merged.Blob.ToArray()));
        }
    }

    [Fact]
    public async Task What_is_kept_is_what_a_merge_without_a_schedule_gives()
    {
        var previous = Put(Random(1), AdapterBlobKind.Adapter);
        using var plain = await MergeAsync(null, 2, previous, Random(2));
        using var pruned = await MergeAsync(Schedule, 2, previous, Random(2));
        var expected = plain.Values.ToArray();
        ActiveDirections.Of(Layout, pruned.Values).Project(expected);
        Assert.Equal(expected, pruned.Values.ToArray());
        Assert.NotEqual(plain.Values.ToArray(), expected);
    }

    [Fact]
    public async Task A_plan_keeps_its_schedule_on_the_way_and_a_robust_rule_does_not_lose_it()
    {
        var previous = Put(Random(1), AdapterBlobKind.Adapter);
        var plan = Plan(Schedule, 4, previous, Random(2), Random(3), Random(4));
        Assert.Equal(Schedule, MergePlan.FromJson(plan.ToJson()).Ranks);
        foreach (var method in new[] { RobustMethod.Median, RobustMethod.GeometricMedian })
        {
            var rule = new RobustRule { Method = method, Iterations = 3 };
            using var merged = await VersionMerge.MergeAsync(
                plan with
                {
                    Robust = rule,
                },
                Layout,
                _blobs.OpenAsync,
                TestContext.Current.CancellationToken
            );
            Assert.Equal(2, ActiveDirections.Of(Layout, merged.Values).Counts.Sum());
        }
    }

    private Task<MergedAdapter> MergeAsync(
        RankSchedule? ranks,
        long version,
        string previous,
        params float[][] updates
    ) => VersionMerge.MergeAsync(Plan(ranks, version, previous, updates), Layout, _blobs.OpenAsync);

    private MergePlan Plan(RankSchedule? ranks, long version, string previous, params float[][] updates) =>
        MergePlan.For(
            version,
            previous,
            updates.Select((update, i) => Some.Weighted($"{i}", version - 1, Put(update, AdapterBlobKind.Update), 0.5)),
            1
        ) with
        {
            Ranks = ranks,
        };

    private string Put(float[] values, AdapterBlobKind kind) => _blobs.Put(AdapterBlob.Encode(kind, Layout, values));

    private static float[] Random(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, (int)Layout.Count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
