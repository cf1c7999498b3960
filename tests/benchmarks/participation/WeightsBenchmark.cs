using System.Globalization;
using Federated.Adapters;
using Federated.Aggregation;

namespace Federated.Benchmarks;

/// <summary>
/// A version's participation through the run's state, plan and publication included, beside a count of every registered node in the same state.
/// </summary>
internal static class WeightsBenchmark
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly LinearShape[] Layers = [new("x", 1, 1)];
    private static readonly AdapterLayout Layout = AdapterLayout.For(
        Layers,
        new AdapterOptions(1, 1, LoraScaling.Lora, ["x"], 0)
    );

    public static void Run(Arguments arguments)
    {
        var nodes = arguments.Integer("nodes", 1_000_000);
        var participants = arguments.Integer("participants", 1000);
        var decided = Decided(nodes, participants);
        var policy = decided.Terms.Participation;
        double sum = 0;
        var times = new CpuTime(
            (
                $"counting all {nodes} nodes",
                () =>
                {
                    var counted = decided.Members.ToBuilder();
                    foreach (var (node, member) in decided.Members)
                    {
                        counted[node] = member with { Counters = member.Counters.AdvanceTo(2, policy.Cutoff) };
                    }

                    sum += counted.ToImmutable().Count;
                }
            ),
            (
                $"a version of {participants} participants",
                () =>
                {
                    sum += decided.PlanMerge().Updates.Count;
                    sum += decided
                        .Apply(new VersionPublished(Start, 1, Digest(1), 1, decided.ReportMerge(1)))
                        .Published.Count;
                }
            )
        );
        times.Measure(arguments.Integer("rounds", 5));
        times.Print(Console.Out);
        GC.KeepAlive(sum);
    }

    private static RunState Decided(int nodes, int participants)
    {
        var terms = new RunTerms
        {
            RunDigest = Digest(0),
            Layout = Layout,
            Versions = 10,
            Close = new() { Cohort = nodes },
            Mechanism = new("gaussian", "record", 1, 1, 32, 20),
        };
        var state = RunState
            .Start(terms, new(Start, "{}", "benchmark", "default", null, Layers, Layout.Digest))
            .Apply(new RecruitingOpened(Start));
        for (var node = 0; node < nodes; node++)
        {
            state = state.Apply(new NodeAdmitted(Start, Digest(node)));
        }

        state = state
            .Apply(new VersionPublished(Start, 0, Digest(0), 1, null))
            .Apply(new VersionOpened(Start, 1, null));
        for (var node = 0; node < participants; node++)
        {
            state = state.Apply(new UpdateAccepted(Start, Update(Digest(node)), [1], [1]));
        }

        var open = state.Open!;
        return state
            .Apply(new VersionClosed(Start, 1, [.. open.Updates.Keys], "benchmark"))
            .Apply(
                new StalenessDecided(
                    Start,
                    1,
                    [.. open.Updates.Values.Select(update => state.Terms.Staleness.Decide(update, 0))]
                )
            );
    }

    private static AcceptedUpdate Update(string node) =>
        System.Text.Json.JsonSerializer.Deserialize<AcceptedUpdate>(
            $$"""
            { "nodeId": "{{node}}", "baseVersion": 0, "baseDigest": "{{Digest(
                0
            )}}", "digest": "{{node}}", "length": 1, "norm": 1,
              "acceptedInto": 1, "ledgerSequence": 1, "ledgerHash": "{{node}}" }
            """,
            System.Text.Json.JsonSerializerOptions.Web
        )!;

    private static string Digest(int number) => number.ToString("x64", CultureInfo.InvariantCulture);
}
