using Federated.Protocol;

namespace Federated.Lab.Simulate;

/// <summary>The run documents of a simulation: the user's or the built-in one, with the virtual nodes as its participants.</summary>
internal static class SimulatedDocuments
{
    private static readonly TimeSpan PaperDeadline = TimeSpan.FromMinutes(10);

    /// <summary>The document that a simulation begins from.</summary>
    /// <exception cref="SimulationException">It cannot be read, or can never begin with so few nodes.</exception>
    public static RunDocument Of(SimulateOptions options)
    {
        var document = options.Document is { } file ? Read(file) : Default(options);
        document = document with
        {
            Participants = new() { Group = VirtualNodes.Group },
            Rounds = document.Rounds with { Versions = options.Versions ?? document.Rounds.Versions },
        };
        Refuse(document);
        var close = document.Rounds.Close;
        var needed = close.Cohort ?? close.Buffer ?? close.Quorum ?? 1;
        return needed <= options.Nodes
            ? Reproducible(document)
            : throw new SimulationException(
                $"rounds.close asks for {needed} nodes, and the simulation has {options.Nodes}: give --nodes {needed} or more",
                isUsage: true
            );
    }

    /// <summary>The document with another participation method; whatever that method does not read is left out.</summary>
    /// <param name="document">The document.</param>
    /// <param name="method">The method.</param>
    /// <param name="keys">The nodes.</param>
    /// <param name="probabilities">p_n, for the method that knows them.</param>
    public static RunDocument With(
        RunDocument document,
        string method,
        IReadOnlyList<VirtualKey> keys,
        IReadOnlyList<double> probabilities
    )
    {
        var own = document.Aggregation.Participation;
        var section = new ParticipationSection
        {
            Method = method,
            Cutoff = own.Cutoff,
            WeightCap = own.WeightCap,
            Shrinkage = method == "fedau" ? own.Shrinkage : 0,
            Window = method == "fedau" ? own.Window : null,
        };
        var participants = document.Participants;
        if (method == "known")
        {
            var ids = keys.Select(key => key.Id.Value).ToList();
            participants = new() { Nodes = [.. ids.Order(StringComparer.Ordinal)] };
            section = section with
            {
                Probabilities = ids.Zip(probabilities)
                    .ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal),
            };
        }

        return document with
        {
            Participants = participants,
            Aggregation = document.Aggregation with { Participation = section },
        };
    }

    private static void Refuse(RunDocument document)
    {
        if (document.Adapter.Initialisation is not null)
        {
            throw new SimulationException(
                "adapter.initialisation: a simulation has no file of A factors; leave it out, and they come from adapter.seed",
                isUsage: true
            );
        }

        if (document.Aggregation.CentralPrivacy is not null)
        {
            throw new SimulationException(
                "aggregation.centralPrivacy: the silo draws its noise anew each time and charges its own ledger, so no simulation of it ends with the same bytes; leave it out",
                isUsage: true
            );
        }

        if (document.Metrics is not null)
        {
            throw new SimulationException(
                "metrics: virtual nodes release no metrics of their records; leave it out, or write metrics: none",
                isUsage: true
            );
        }
    }

    // Secure noise differs each time: a simulation draws the same noise from its seed, and says that this protects nobody.
    private static RunDocument Reproducible(RunDocument document) =>
        document.Privacy.Mechanism == "gaussian"
            ? document with
            {
                Privacy = document.Privacy with { Mechanism = "test" },
            }
            : document;

    private static RunDocument Read(string file)
    {
        string yaml;
        try
        {
            yaml = File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SimulationException($"{file} cannot be read: {error.Message}", isUsage: true);
        }

        return RunDocumentYaml.Parse(yaml);
    }

    // Wang & Ji 2024: five local steps of plain SGD, batches of 16, whoever is there, weights without a cap.
    private static RunDocument Default(SimulateOptions options) =>
        new()
        {
            Participants = new() { Group = VirtualNodes.Group },
            BaseModel = new() { Name = "synthetic", Sha256 = new string('0', 64) },
            Adapter = new(),
            Privacy = new()
            {
                Mechanism = "none",
                MaxGradNorm = options.Task == "text" ? 1 : 10,
                ExpectedBatchSize = options.Task == "quadratic" ? 1 : 16,
                MaxSamplingRate = 1,
            },
            Local =
                options.Task == "text"
                    ? new()
                    {
                        Steps = 2,
                        Optimizer = new() { Name = "adamw", LearningRate = 5e-3 },
                    }
                    : new()
                    {
                        Steps = 5,
                        Optimizer = new() { Name = "sgd", LearningRate = 0.1 },
                    },
            Rounds = new()
            {
                Versions = 200,
                Close = new()
                {
                    Cohort = options.Nodes,
                    Quorum = 1,
                    Deadline = PaperDeadline,
                },
                LeaveAfter = TimeSpan.FromDays(3650),
            },
            Aggregation = new()
            {
                Participation = new() { Method = "fedau", WeightCap = "none" },
            },
        };
}
