using Federated.Adapters;

namespace Federated.Aggregation.Tests;

/// <summary>Ten nodes, three of them hostile and colluding: the merged step stays with the honest ones, by every rule.</summary>
public sealed class HostileUpdateTests
{
    private const int Nodes = 10;
    private const int Hostile = 3;
    private static readonly double HonestNorm = Norm(Honest(0));
    private readonly MemoryBlobs _blobs = new();

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var rule in Rules.Keys)
        {
            foreach (var attack in new[] { "1e30", "sign-flipped", "far together", "a little together" })
            {
                cases.Add(rule, attack);
            }
        }

        return cases;
    }

    private static Dictionary<string, RobustRule> Rules { get; } =
        new()
        {
            ["normBound"] = new() { Method = RobustMethod.NormBound, Bound = 1.5 * HonestNorm },
            ["median"] = new() { Method = RobustMethod.Median },
            ["trimmedMean"] = new() { Method = RobustMethod.TrimmedMean, Trim = 0.3 },
            ["median by weight"] = new() { Method = RobustMethod.Median, IsWeighted = true },
            ["trimmedMean by weight"] = new()
            {
                Method = RobustMethod.TrimmedMean,
                Trim = 0.3,
                IsWeighted = true,
            },
            ["krum"] = new() { Method = RobustMethod.Krum, Byzantine = 3 },
            ["multiKrum"] = new() { Method = RobustMethod.MultiKrum, Byzantine = 3 },
            ["geometricMedian"] = new() { Method = RobustMethod.GeometricMedian },
            ["centeredClip"] = new()
            {
                Method = RobustMethod.CenteredClip,
                Radius = HonestNorm,
                Iterations = 5,
            },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_step_stays_with_the_honest_nodes(string name, string attack)
    {
        var rule = Rules[name];
        var (merged, updates) = await MergeAsync(rule, attack);
        var step = merged.Values.ToArray();
        var honest = Mean([.. Enumerable.Range(Hostile, Nodes - Hostile).Select(Honest)]);
        // A norm bound alone limits the harm to the hostile share; the other rules find the crowd.
        var allowed = rule.Method == RobustMethod.NormBound ? 1.2 : 0.75;
        Assert.InRange(Norm(Difference(step, honest)), 0, allowed * HonestNorm);
        Assert.InRange(Cosine(step, honest), rule.Method == RobustMethod.NormBound ? 0.1 : 0.6, 1);
        if (rule.Method != RobustMethod.NormBound && attack is "1e30" or "far together")
        {
            var findings = merged.Report.Nodes!;
            var worst = findings.OrderByDescending(finding => finding.Score).Take(Hostile).Select(node => node.NodeId);
            Assert.Equal(updates.Take(Hostile).Select(update => update.NodeId), worst.Order());
            Assert.All(findings, finding => Assert.True(double.IsFinite(finding.Score)));
        }

        merged.Dispose();
    }

    [Fact]
    public async Task Without_a_rule_one_update_moves_everything()
    {
        var (merged, _) = await MergeAsync(null, "1e30");
        Assert.True(Norm(merged.Values.ToArray()) > 1e28);
        merged.Dispose();
    }

    [Fact]
    public void What_is_not_a_number_is_no_update()
    {
        var blob = Some.Blob(Some.Values(1));
        BitConverter.TryWriteBytes(blob.AsSpan(blob.Length - 4), float.NaN);
        Assert.Throws<InvalidAdapterBlobException>(() =>
            AdapterBlob.Read(new MemoryStream(blob), Some.Layout, AdapterBlobKind.Update)
        );
    }

    [Theory]
    [InlineData("median")]
    [InlineData("krum")]
    [InlineData("geometricMedian")]
    public async Task A_node_with_many_updates_has_one_vote(string name)
    {
        // A hostile node repeats itself; its copies are averaged into one vector.
        var updates = Enumerable
            .Range(0, 6)
            .Select(based => Put("00", based, Difference(new float[Some.Layout.Count], Honest(1)), 1.0 / 6 / 5, 1))
            .Concat(Enumerable.Range(1, 4).Select(node => Put($"{node:D2}", 5, Honest(node), 1.0 / 5, 1)));
        using var merged = await MergeAsync(Rules[name] with { Byzantine = 1 }, updates);
        Assert.InRange(Cosine(merged.Values.ToArray(), Honest(1)), 0.6, 1);
    }

    private async Task<(MergedAdapter Merged, List<WeightedUpdate> Updates)> MergeAsync(RobustRule? rule, string attack)
    {
        var updates = new List<WeightedUpdate>();
        for (var node = 0; node < Nodes; node++)
        {
            var delta = node < Hostile ? Attack(attack, node) : Honest(node);
            var clip = rule?.ClipOf(Norm(delta)) ?? 1;
            updates.Add(Put($"{node:D2}", 0, delta, clip / Nodes, clip));
        }

        return (await MergeAsync(rule, updates), updates);
    }

    private async Task<MergedAdapter> MergeAsync(RobustRule? rule, IEnumerable<WeightedUpdate> updates)
    {
        var zero = _blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Adapter, Some.Layout, new float[Some.Layout.Count]));
        var latest = updates.Max(update => update.BaseVersion);
        var plan = MergePlan.For(latest + 1, zero, updates, 1) with { Robust = rule };
        return await VersionMerge.MergeAsync(
            MergePlan.FromJson(plan.ToJson()),
            Some.Layout,
            _blobs.OpenAsync,
            TestContext.Current.CancellationToken
        );
    }

    private WeightedUpdate Put(string node, long based, float[] delta, double coefficient, double clip) =>
        new(node, based, _blobs.Put(Some.Blob(delta)), 0, 1, 1, coefficient, clip);

    private static float[] Attack(string attack, int node) =>
        attack switch
        {
            "1e30" => [.. Honest(node).Select((_, j) => j % 2 == 0 ? 1e30f : -1e30f)],
            "sign-flipped" => [.. Honest(node).Select(value => -3 * value)],
            "far together" => [.. Honest(0).Select(_ => 30f)],
            // As long as honest updates, and all three the same.
            _ => [.. Honest(0).Select(value => -value)],
        };

    // A common direction and something of one's own.
    private static float[] Honest(int node) =>
        [
            .. Enumerable
                .Range(0, (int)Some.Layout.Count)
                .Select(j => MathF.Cos(j) + (0.5f * MathF.Sin((node * 31) + (j * 7)))),
        ];

    private static float[] Mean(float[][] updates) =>
        [.. Enumerable.Range(0, updates[0].Length).Select(j => updates.Average(update => update[j]))];

    private static float[] Difference(float[] left, float[] right) => [.. left.Zip(right, (x, y) => x - y)];

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));

    private static double Cosine(float[] left, float[] right) =>
        left.Zip(right, (x, y) => (double)x * y).Sum() / Norm(left) / Norm(right);
}
