using System.Diagnostics;
using System.Globalization;
using Federated.Lab.Simulate;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.Benchmarks;

/// <summary>
/// Coordination alone: virtual nodes that compute next to nothing, through the whole silo. Beside it, in the same run, the signature work that no
/// silo can do without: one signature and two checks an update.
/// </summary>
internal static class SimulationBenchmark
{
    private const int SignedAtOnce = 500;

    public static void Run(Arguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(Arguments arguments)
    {
        var updates = arguments.Integer("updates", 2500);
        var sizes = arguments
            .Text("nodes", "250,1000,4000")
            .Split(',')
            .Select(size => int.Parse(size, CultureInfo.InvariantCulture));
        Console.WriteLine(
            "| nodes | versions | updates | versions/s | updates/s | grain calls/s | CPU ms/update | × signatures | peak MB |"
        );
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        // The first one warms up.
        await OnceAsync(50, 10);
        foreach (var nodes in sizes)
        {
            var versions = Math.Max(5, updates * 10 / nodes);
            var signatures = SignatureMilliseconds();
            var (cpu, clock) = (Cpu(), Stopwatch.StartNew());
            var result = await OnceAsync(nodes, versions);
            var (spent, seconds) = (Cpu() - cpu, clock.Elapsed.TotalSeconds);
            var merged = result.Versions.Sum(version => version.Updates.Count);
            var each = spent.TotalMilliseconds / merged;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {nodes} | {versions} | {merged} | {versions / seconds:F1} | {merged / seconds:F0} | {result.GrainCalls / seconds:F0} | {each:F2} | {each / signatures:F1} | {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} |"
                )
            );
        }
    }

    private static async Task<SimulationResult> OnceAsync(int nodes, int versions)
    {
        var population = Population.Create(1, nodes, new() { Uniform = true });
        using var task = QuadraticTask.Of(1, population, 10);
        return await Simulation.RunAsync(
            new()
            {
                Document = task.Fit(Document(nodes, versions)),
                Keys = VirtualKey.All(1, nodes),
                Seed = 1,
                Participation = () => new BernoulliParticipation(1, population.Probabilities),
                EvaluateEvery = versions,
            },
            task,
            _ => { },
            CancellationToken.None
        );
    }

    private static RunDocument Document(int nodes, int versions) =>
        new()
        {
            Participants = new() { Group = VirtualNodes.Group },
            BaseModel = new() { Name = "none", Sha256 = new string('0', 64) },
            Adapter = new(),
            Privacy = new() { Mechanism = "none" },
            Local = new()
            {
                Steps = 1,
                Optimizer = new() { Name = "sgd", LearningRate = 0.1 },
            },
            Rounds = new()
            {
                Versions = versions,
                Close = new()
                {
                    Cohort = nodes,
                    Quorum = 1,
                    Deadline = TimeSpan.FromMinutes(10),
                },
                LeaveAfter = TimeSpan.FromDays(3650),
            },
        };

    private static double SignatureMilliseconds()
    {
        using var key = NodeIdentity.Create();
        var message = new byte[512];
        Once();
        var before = Cpu();
        for (var i = 0; i < SignedAtOnce; i++)
        {
            Once();
        }

        return (Cpu() - before).TotalMilliseconds / SignedAtOnce;

        void Once()
        {
            var signature = key.Sign(message);
            for (var check = 0; check < 2; check++)
            {
                if (!NodeIdentity.Verify(key.PublicKey.Span, message, signature))
                {
                    throw new InvalidOperationException("a good signature was refused");
                }
            }
        }
    }

    private static TimeSpan Cpu() => Process.GetCurrentProcess().TotalProcessorTime;
}
