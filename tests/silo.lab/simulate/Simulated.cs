using Federated.Lab.Simulate;
using Federated.Protocol;

namespace Federated.Lab.Tests.Simulate;

/// <summary>Small simulations.</summary>
internal static class Simulated
{
    /// <summary>Whoever is there by the deadline, as in the papers.</summary>
    public static RunDocument Document(int nodes, int versions, ParticipationSection participation) =>
        new()
        {
            Participants = new() { Group = VirtualNodes.Group },
            BaseModel = new() { Name = "any", Sha256 = new string('0', 64) },
            Adapter = new(),
            Privacy = new() { Mechanism = "none", ExpectedBatchSize = 1 },
            Local = new()
            {
                Steps = 5,
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
            Aggregation = new() { Participation = participation },
        };

    /// <summary>The paper's FedAU.</summary>
    public static ParticipationSection FedAu(int cutoff = 50) =>
        new()
        {
            Method = "fedau",
            Cutoff = cutoff,
            WeightCap = "none",
        };

    public static Task<SimulationResult> RunAsync(
        SimulationPlan plan,
        ISimulationTask task,
        Action<SimulatedVersion>? published = null
    ) =>
        Simulation.RunAsync(
            plan with
            {
                Document = task.Fit(plan.Document),
            },
            task,
            published ?? (_ => { }),
            TestContext.Current.CancellationToken
        );
}
