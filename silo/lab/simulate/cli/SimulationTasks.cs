namespace Federated.Lab.Simulate;

/// <summary>Tasks by their names on the command line.</summary>
internal static class SimulationTasks
{
    private const int QuadraticDimension = 10;

    /// <summary>The task that was asked for.</summary>
    public static ISimulationTask Of(SimulateOptions options, Population population) =>
        options.Task switch
        {
            "quadratic" => QuadraticTask.Of(options.Seed, population, QuadraticDimension),
            "digits" => new ClassificationTask(options.Seed, population, new SyntheticExamples(options.Seed)),
            var other => throw new SimulationException($"--task {other}: expected digits or quadratic", isUsage: true),
        };
}
