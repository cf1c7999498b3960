using Federated.Adapters;
using Federated.Privacy.Accounting;

namespace Federated.Aggregation.Tests;

/// <summary>Object mother: a tiny run and everything around it.</summary>
internal static class Some
{
    public const string RunDigest = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly LinearShape[] Layers = [new("layers.0.q_proj", 6, 4), new("layers.0.v_proj", 6, 5)];

    public static readonly AdapterLayout Layout = AdapterLayout.For(
        Layers,
        new(2, 4, LoraScaling.RsLora, ["q_proj", "v_proj"], 0)
    );

    public static readonly MechanismTerms Mechanism = new("gaussian", "record", 1.0, 0.5, 32, 20);

    public static RunTerms Terms(ClosePolicy? close = null) =>
        new()
        {
            RunDigest = RunDigest,
            Layout = Layout,
            Versions = 3,
            MaxStaleness = 1,
            Close = close ?? new() { Cohort = 2 },
            Mechanism = Mechanism,
        };

    public static RunState Draft(RunTerms? terms = null, IReadOnlyList<string>? nodes = null) =>
        RunState.Start(
            terms ?? Terms(),
            new(Start, "{}", "some-run", "default", nodes, Layers, (terms ?? Terms()).Layout.Digest)
        );

    /// <summary>Nodes admitted, version 1 open.</summary>
    public static RunState Running(RunTerms? terms = null, params string[] nodes)
    {
        var state = Draft(terms).Apply(new RecruitingOpened(Start));
        foreach (var node in nodes)
        {
            state = state.Apply(new NodeAdmitted(Start, node));
        }

        return state
            .Apply(new VersionPublished(Start, 0, Digest("v0"), 100, null))
            .Apply(new VersionOpened(Start, 1, Start + state.Terms.Close.Deadline));
    }

    public static string Digest(string text) =>
        Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text))
        );

    public static AcceptedUpdate Update(RunState state, string node, long baseVersion) =>
        new(
            node,
            baseVersion,
            state.Published[(int)baseVersion].Digest,
            Digest($"{node}/{baseVersion}"),
            10,
            1.5,
            state.Open!.Number,
            7,
            Digest("ledger")
        );

    public static RunState Accept(this RunState state, string node, long baseVersion, DateTimeOffset? at = null) =>
        state.Apply(new UpdateAccepted(at ?? Start, Update(state, node, baseVersion), [1], [2]));

    public static RunState CloseAndPublish(this RunState state, DateTimeOffset? at = null)
    {
        var decided = state.Decide(at);
        return decided.Apply(
            new VersionPublished(
                at ?? Start,
                decided.Open!.Number,
                Digest($"v{decided.Open.Number}"),
                100,
                decided.ReportMerge(1)
            )
        );
    }

    public static MergePlan PlanOfClosed(this RunState state) => state.Decide().PlanMerge();

    public static RunState Decide(this RunState state, DateTimeOffset? at = null)
    {
        var now = at ?? Start;
        var open = state.Open!;
        return state
            .Apply(new VersionClosed(now, open.Number, [.. open.Updates.Keys], "test"))
            .Apply(
                new StalenessDecided(
                    now,
                    open.Number,
                    [
                        .. open.Updates.Values.Select(update =>
                            state.Terms.Staleness.Decide(update, state.Latest!.Number)
                        ),
                    ]
                )
            );
    }

    public static RunState OpenNext(this RunState state, DateTimeOffset? at = null) =>
        state.Apply(new VersionOpened(at ?? Start, state.Published.Count, (at ?? Start) + state.Terms.Close.Deadline));

    public static WeightedUpdate Weighted(string node, long baseVersion, string digest, double coefficient) =>
        new(node, baseVersion, digest, 0, 1, 1, coefficient);

    public static byte[] Blob(params ReadOnlySpan<float> delta) =>
        AdapterBlob.Encode(AdapterBlobKind.Update, Layout, delta);

    public static float[] Values(int seed) =>
        [.. Enumerable.Range(0, (int)Layout.Count).Select(j => MathF.Sin((seed * 31) + j) / 3)];

    public static Attestation Claim(NodeIdentity node, UpdateHeader header) =>
        new()
        {
            NodeId = node.Id,
            RunDigest = header.RunDigest,
            UpdateDigest = header.Digest,
            BaseVersion = header.BaseVersion,
            BaseDigest = header.BaseDigest,
            Mechanism = Attestation.RoundedGaussian,
            NoiseMultiplier = Mechanism.NoiseMultiplier,
            MaxGradNorm = Mechanism.MaxGradNorm,
            ExpectedBatchSize = Mechanism.ExpectedBatchSize,
            Steps = Mechanism.Steps,
            Unit = Mechanism.Unit,
            LedgerSequence = 7,
            LedgerHead = Digest("ledger"),
            IsPrivate = true,
        };
}
