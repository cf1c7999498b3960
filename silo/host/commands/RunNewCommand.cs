using System.CommandLine;
using System.Globalization;
using Federated.Adapters.Models;

namespace Federated.Silo;

/// <summary>fedsilo run new: a run document to begin with.</summary>
internal static class RunNewCommand
{
    // Share of the records that a step takes on average: few large steps, since at a given ε the noise of a plan falls as batches grow.
    private const double BatchShare = 1.0 / 16;
    private const int SmallestBatch = 8;
    private const int FewestRecords = 10; // of which the smallest batch can be sampled

    // Nodes hold out a tenth of their records unless their owners say otherwise.
    private const double TrainedShare = 0.9;

    public static Command Create()
    {
        Option<string> model = new("--model")
        {
            Description = "Base model: its name on silo and nodes, and its Hugging Face folder",
            HelpName = "NAME=FOLDER",
            Required = true,
        };
        Option<int> nodes = new("--nodes") { Description = "Nodes that take part", DefaultValueFactory = _ => 3 };
        Option<int> records = new("--records")
        {
            Description = "The smallest number of records that an owner declares",
            DefaultValueFactory = _ => 2000,
        };
        Option<double> epsilon = new("--epsilon")
        {
            Description = "Most ε that the run may cost a node; owners allow 4 in all unless they say otherwise",
            DefaultValueFactory = _ => 3.9,
        };
        Command command = new(
            "new",
            """
            Prints a run document to begin with, commented: write it into a file, change what you like, submit it.

            Example:
              fedsilo run new --model base=./models/base --nodes 3 > run.yaml
            """
        )
        {
            model,
            nodes,
            records,
            epsilon,
        };
        command.SetGuardedAction(
            (result, _) =>
            {
                var written = result.GetRequiredValue(model);
                if (written.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } folder])
                {
                    throw new StartupException($"--model {written} is not NAME=FOLDER, such as base=./models/base.");
                }

                Console.Write(
                    Document(
                        name,
                        Digest(written, folder),
                        AtLeast("--nodes", result.GetValue(nodes), 1),
                        AtLeast("--records", result.GetValue(records), FewestRecords),
                        result.GetValue(epsilon) is > 0 and var target
                            ? target
                            : throw new StartupException($"--epsilon {result.GetValue(epsilon)}; expected more than 0.")
                    )
                );
                return Task.FromResult(ExitCode.Ok);
            }
        );
        return command;
    }

    /// <summary>The document.</summary>
    /// <param name="model">Name of the base model.</param>
    /// <param name="sha256">Its digest.</param>
    /// <param name="nodes">Nodes that take part; ≥ 1.</param>
    /// <param name="records">The smallest declared number of records; ≥ 10.</param>
    /// <param name="epsilon">Most ε of the plan; &gt; 0.</param>
    internal static string Document(string model, string sha256, int nodes, int records, double epsilon)
    {
        var batch = Math.Max(SmallestBatch, (int)(records * BatchShare));
        // Upwards, so that the smallest node is still allowed.
        var rate = Math.Min(1, Math.Ceiling(batch / Math.Floor(records * TrainedShare) * 1000) / 1000);
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            # One training job. Its identity is the digest of this document: change a word and it is another run.
            name: first-run
            participants: { group: default }
            baseModel:
              name: {{model}}
              sha256: "{{sha256}}"
            adapter:
              rank: 8
              alpha: 16
              targets: [all-linear]         # or layers by name: [q_proj, v_proj]
              factors: b                    # A is frozen: merging is exact and noise enters linearly
            privacy:
              targetEpsilon: {{epsilon}}            # of the whole plan, at the largest sampling rate; the noise is found at submit
              delta: 5.0e-6
              maxGradNorm: 1.0
              expectedBatchSize: {{batch}}        # public divisor, the same at every node
              maxSamplingRate: {{rate}}        # nodes with fewer than {{records}} declared records refuse
            local:
              steps: 2                      # of DP-SGD, for each update
              optimizer: { name: adamw, learningRate: 5.0e-3 }
              maxSequenceLength: 128
            rounds:
              versions: 12
              close: { quorum: {{(
                nodes + 1
            ) / 2}}, deadline: 10m, grace: 30s, onMissedQuorum: extend }   # a version waits for the quorum, and a little for the rest
              maxStaleness: 10
            aggregation:
              participation: { method: fedau, cutoff: 50, weightCap: N }
              merge: ffa
              staleness: { method: weighted }

            """
        );
    }

    private static string Digest(string written, string folder)
    {
        try
        {
            // What is no model is told here, and not first by the silo.
            _ = ModelShapes.Of(folder);
            return BaseModelDigest.Compute(folder);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or Adapters.Checkpoints.InvalidCheckpointException)
        {
            throw new StartupException($"--model {written} is no base model: {e.Message}", e);
        }
    }

    private static int AtLeast(string option, int value, int least) =>
        value >= least ? value : throw new StartupException($"{option} {value}; expected {least} or more.");
}
