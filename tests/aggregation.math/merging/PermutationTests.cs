using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;
using FsCheck.Xunit;

namespace Federated.Aggregation.Tests;

/// <summary>The order in which updates arrive changes no bit of a version: every method, every rule, several updates of one node among them.</summary>
public sealed class PermutationTests
{
    private const int Nodes = 7;
    private readonly MemoryBlobs _blobs = new();

    [Property(MaxTest = 10)]
    public async Task Every_method(int seed)
    {
        foreach (var method in Enum.GetValues<MergeMethod>())
        {
            await AssertSameAsync(seed, method, null);
        }
    }

    [Property(MaxTest = 10)]
    public async Task Every_robust_rule(int seed)
    {
        foreach (var rule in Rules())
        {
            await AssertSameAsync(seed, MergeMethod.Ffa, rule);
        }
    }

    [Property(MaxTest = 5)]
    public async Task Every_rule_on_distances_between_products(int seed)
    {
        foreach (var rule in Rules().Where(rule => rule.IsByDistance))
        {
            await AssertSameAsync(seed, MergeMethod.Svd, rule);
            await AssertSameAsync(seed, MergeMethod.Average, rule);
        }
    }

    [Property(MaxTest = 10)]
    public async Task The_merge_with_central_privacy(int seed)
    {
        var central = new CentralPrivacy(1, 1, Nodes, 2, 3, 1e-6, 8, 1e-5);
        var (layout, updates) = Updates(seed, MergeMethod.Ffa);
        using var identity = NodeIdentity.Create();
        Assert.Equal(await MergeAsync(updates), await MergeAsync(Shuffled(updates, seed)));

        async Task<byte[]> MergeAsync(IEnumerable<WeightedUpdate> ordered)
        {
            using var noise = new TestNoise("run", 1, identity.Id);
            using var merged = await CentralMerge.MergeAsync(
                Plan(layout, MergeMethod.Ffa, null, ordered) with
                {
                    Central = central,
                },
                layout,
                _blobs.OpenAsync,
                noise,
                CancellationToken.None
            );
            return merged.Blob.ToArray();
        }
    }

    private static IEnumerable<RobustRule> Rules() =>
        Enum.GetValues<RobustMethod>().SelectMany(method => (RobustRule[])[Rule(method, false), Rule(method, true)]);

    private static RobustRule Rule(RobustMethod method, bool isWeighted) =>
        new()
        {
            Method = method,
            Bound = 2,
            Byzantine = 1,
            Trim = 0.2,
            Radius = 1,
            Iterations = 3,
            IsWeighted = isWeighted,
        };

    private async Task AssertSameAsync(int seed, MergeMethod method, RobustRule? rule)
    {
        var (layout, updates) = Updates(seed, method);
        using var one = await MergeAsync(updates);
        using var other = await MergeAsync(Shuffled(updates, seed));
        Assert.Equal(one.Blob.ToArray(), other.Blob.ToArray());
        Assert.Equal(one.Residual, other.Residual);
        Assert.Equal(one.Tail, other.Tail);
        Assert.Equal(one.Report.ToJson(), other.Report.ToJson());
        Assert.Equal(one.StepNorm, other.StepNorm);

        Task<MergedAdapter> MergeAsync(IEnumerable<WeightedUpdate> ordered) =>
            VersionMerge.MergeAsync(Plan(layout, method, rule, ordered), layout, _blobs.OpenAsync);
    }

    private static WeightedUpdate[] Shuffled(WeightedUpdate[] updates, int seed)
    {
        WeightedUpdate[] shuffled = [.. updates];
        new Random(seed).Shuffle(shuffled);
        return shuffled;
    }

    private MergePlan Plan(
        AdapterLayout layout,
        MergeMethod method,
        RobustRule? rule,
        IEnumerable<WeightedUpdate> updates
    )
    {
        var before = _blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Adapter, layout, layout.InitialValues()));
        return MergePlan.For(3, before, updates, 0.7) with
        {
            Method = method,
            Robust = rule,
            Bases = new Dictionary<long, string> { [0] = before },
        };
    }

    // Two nodes sent an update from an older version, too.
    private (AdapterLayout Layout, WeightedUpdate[] Updates) Updates(int seed, MergeMethod method)
    {
        var random = new Random(seed);
        var layout = AdapterLayout.For(
            Some.Layers,
            new(2, 4, LoraScaling.RsLora, ["q_proj", "v_proj"], 0)
            {
                Factors = method switch
                {
                    MergeMethod.Ffa => TrainedFactors.B,
                    MergeMethod.Alternating => TrainedFactors.Alternating,
                    _ => TrainedFactors.AB,
                },
            }
        );
        return (
            layout,
            [
                .. Enumerable
                    .Range(0, Nodes + 2)
                    .Select(i =>
                    {
                        var based = i < Nodes ? 2L : 0;
                        var part = layout.TrainedAt(based);
                        float[] delta =
                        [
                            .. Enumerable.Range(0, (int)part.Count).Select(_ => random.NextSingle() - 0.5f),
                        ];
                        var digest = _blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Update, part, delta));
                        return Some.Weighted($"node{i % Nodes}", based, digest, (0.1 + random.NextDouble()) / Nodes);
                    }),
            ]
        );
    }
}
