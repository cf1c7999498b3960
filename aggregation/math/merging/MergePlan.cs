using System.Text.Json;
using System.Text.Json.Serialization;
using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>Everything that determines a merged adapter, as a small value: it can travel to whoever holds the blobs.</summary>
public sealed record MergePlan
{
    [JsonConstructor]
    internal MergePlan(
        long version,
        string previousDigest,
        IReadOnlyList<WeightedUpdate> updates,
        ServerStepPlan serverStep
    )
    {
        Version = version;
        PreviousDigest = previousDigest;
        Updates = updates;
        ServerStep = serverStep;
    }

    /// <summary>The version that is made.</summary>
    public long Version { get; }

    /// <summary>SHA-256 of the adapter of the version before.</summary>
    public string PreviousDigest { get; }

    /// <summary>The updates in merge order. Never empty.</summary>
    public IReadOnlyList<WeightedUpdate> Updates { get; }

    /// <summary>The server optimizer's step, and the state it begins with.</summary>
    public ServerStepPlan ServerStep { get; }

    /// <summary>η of the server optimizer.</summary>
    [JsonIgnore]
    public double LearningRate => ServerStep.Rule.LearningRate;

    /// <summary>How the updates become the next adapter.</summary>
    public MergeMethod Method { get; init; } = MergeMethod.Ffa;

    /// <summary>Adapters, by digest, of the versions that late updates were trained from. Merges by products need them.</summary>
    public IReadOnlyDictionary<long, string> Bases { get; init; } = new Dictionary<long, string>();

    /// <summary>What takes the place of the weighted mean; null = nothing. A norm bound is in the coefficients already.</summary>
    public RobustRule? Robust { get; init; }

    /// <summary>How many directions the version keeps; null = all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RankSchedule? Ranks { get; init; }

    /// <summary>Noise that the merge adds; null = none. A plan with it is for <see cref="CentralMerge"/> alone.</summary>
    public CentralPrivacy? Central { get; init; }

    /// <summary>SHA-256 of the residual of the version before; null = none.</summary>
    public string? Residual { get; init; }

    /// <summary>SHA-256 of what the merge of the version before could not publish; null = nothing.</summary>
    public string? Tail { get; init; }

    /// <summary>SHA-256 of the centre that centered clipping left in the version before; null = it starts at zero.</summary>
    public string? Centre { get; init; }

    /// <summary>Σ C, by which the step is divided to be the next version's centre; null = it is not kept.</summary>
    [JsonIgnore]
    internal double? CentreUnit { get; private init; }

    /// <summary>All blobs that the merge reads, by digest.</summary>
    [JsonIgnore]
    public IEnumerable<string> Blobs =>
        new[] { PreviousDigest, Residual, Tail, Centre, ServerStep.StateDigest }
            .OfType<string>()
            .Concat(Bases.Values)
            .Concat(Updates.Select(update => update.Digest))
            .Distinct();

    /// <summary>Makes a plan. The order of <paramref name="updates"/> does not matter.</summary>
    /// <exception cref="ArgumentException">No updates, or two with the same identity.</exception>
    public static MergePlan For(
        long version,
        string previousDigest,
        IEnumerable<WeightedUpdate> updates,
        ServerStepPlan serverStep
    )
    {
        WeightedUpdate[] ordered = [.. updates.OrderBy(update => update.Key)];
        if (ordered.Length == 0)
        {
            throw new ArgumentException("an empty version is never published", nameof(updates));
        }

        for (var i = 1; i < ordered.Length; i++)
        {
            if (ordered[i].Key == ordered[i - 1].Key)
            {
                throw new ArgumentException(
                    $"two updates of node {ordered[i].NodeId} from version {ordered[i].BaseVersion}",
                    nameof(updates)
                );
            }
        }

        return new(version, previousDigest, ordered, serverStep);
    }

    /// <summary>Makes a plan that ends with x ← x + η Σ c Δ.</summary>
    /// <exception cref="ArgumentException">No updates, or two with the same identity.</exception>
    public static MergePlan For(
        long version,
        string previousDigest,
        IEnumerable<WeightedUpdate> updates,
        double learningRate
    ) => For(version, previousDigest, updates, new ServerStepPlan(new() { LearningRate = learningRate }, null, 0));

    /// <summary>The same plan with other coefficients, one for each update; those at 0 are left out.</summary>
    internal MergePlan WithCoefficients(IReadOnlyList<double> coefficients)
    {
        WeightedUpdate[] kept =
        [
            .. Updates.Zip(coefficients, (update, c) => update.With(c)).Where(update => update.Coefficient != 0),
        ];
        return new(Version, PreviousDigest, kept, ServerStep)
        {
            Method = Method,
            Bases = Bases,
            Residual = Residual,
            Tail = Tail,
            Centre = Centre,
        };
    }

    /// <summary>The same plan with the old centre as an update of nobody, before all others, and with a new one to be kept.</summary>
    /// <param name="coefficient">Of the old centre; 0 where there is none.</param>
    /// <param name="unit">Σ C.</param>
    internal MergePlan WithCentre(double coefficient, double unit) =>
        new(
            Version,
            PreviousDigest,
            coefficient == 0
                ? Updates
                : [new WeightedUpdate("", Version - 1, Centre!, 0, 1, 1, coefficient), .. Updates],
            ServerStep
        )
        {
            Method = Method,
            CentreUnit = unit,
        };

    /// <summary>The plan as UTF-8 JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, AggregationJson.Options);

    /// <summary>Reads <see cref="ToJson"/>.</summary>
    /// <exception cref="JsonException">Something else.</exception>
    public static MergePlan FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<MergePlan>(json, AggregationJson.Options)
        ?? throw new JsonException("null is no plan");
}
