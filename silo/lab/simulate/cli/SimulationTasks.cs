namespace Federated.Lab.Simulate;

/// <summary>Tasks by their names on the command line, with the population that they are for.</summary>
internal static class SimulationTasks
{
    private const int QuadraticDimension = 10;

    /// <summary>Opens what was asked for.</summary>
    /// <param name="options">Task, data and nodes.</param>
    /// <param name="participate">Gives the nodes their participation; a trace gives them other probabilities.</param>
    /// <exception cref="SimulationException">Its data cannot be used.</exception>
    public static ISimulationTask Open(SimulateOptions options, Func<Population, Population> participate)
    {
        var (seed, nodes) = (options.Seed, options.Nodes);
        if (options.Task == "text")
        {
            var sources = TextSources.Read(options.Data);
            var groups = participate(Population.OfGroups(seed, nodes, sources.Count, options.Population));
            return TextTask.Open(options.Model, sources, groups);
        }

        var population = participate(Population.Create(seed, nodes, options.Population));
        return options.Task switch
        {
            "quadratic" => QuadraticTask.Of(seed, population, QuadraticDimension),
            _ => new ClassificationTask(
                seed,
                population,
                options.Data is { } data ? ImageFiles.Read(data) : new SyntheticExamples(seed)
            ),
        };
    }
}
