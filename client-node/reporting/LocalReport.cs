using System.Text.Json;
using Federated.Adapters;

namespace Federated.ClientNode;

/// <summary>What one run did on this node, for its owner: <c>reports/{digest}.json</c>. Never sent.</summary>
public sealed record LocalReport
{
    /// <summary>Version of this format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run.</summary>
    public required string RunDigest { get; init; }

    /// <summary>Its readable name.</summary>
    public required string RunName { get; init; }

    /// <summary>running | completed | failed | cancelled.</summary>
    public string Outcome { get; init; } = "running";

    /// <summary>The newest version this node has seen.</summary>
    public long Version { get; init; }

    /// <summary>Held-out loss of the base model; null until the run has ended.</summary>
    public HeldOutLoss? Before { get; init; }

    /// <summary>Held-out loss of the final version; null until the run has ended.</summary>
    public HeldOutLoss? After { get; init; }

    /// <summary>Held-out loss by version, when asked for.</summary>
    public IReadOnlyDictionary<long, HeldOutLoss> Versions { get; init; } = new Dictionary<long, HeldOutLoss>();

    /// <summary>False: the run protected nobody.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>ε of the run's whole plan; null without a guarantee.</summary>
    public double? EpsilonReserved { get; init; }

    /// <summary>ε of the steps sealed: valid only if the stop did not depend on the data. Null without a guarantee.</summary>
    public double? EpsilonOfStepsDone { get; init; }

    /// <summary>The owner's ε budget of the source.</summary>
    public double EpsilonBudget { get; init; }

    /// <summary>δ of the plan; 0 without a guarantee.</summary>
    public double Delta { get; init; }

    /// <summary>Local steps sealed.</summary>
    public long StepsDone { get; init; }

    /// <summary>Updates that the silo has a receipt for.</summary>
    public int Updates { get; init; }

    /// <summary>Bytes of updates sent, repeats included.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes of adapters received.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Seconds of local training.</summary>
    public double TrainingSeconds { get; init; }

    /// <summary>Seconds of held-out evaluation.</summary>
    public double EvaluationSeconds { get; init; }

    /// <summary>When the first update of the run began, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When this was written, UTC.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Reads a report; null when there is none.</summary>
    /// <exception cref="NodeHomeException">The file is not a report.</exception>
    public static LocalReport? Read(string file)
    {
        try
        {
            return File.Exists(file)
                ? JsonSerializer.Deserialize<LocalReport>(File.ReadAllBytes(file), NodeJson.Options)
                : null;
        }
        catch (JsonException error)
        {
            throw new NodeHomeException($"{file}: cannot be read; remove it, and the report begins anew", error);
        }
    }

    /// <summary>Writes the report, whole or not at all.</summary>
    public void Write(string file) =>
        DurableFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(this, NodeJson.Options));
}
