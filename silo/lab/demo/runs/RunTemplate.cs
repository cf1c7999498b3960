using System.Globalization;
using Federated.Adapters;

namespace Federated.Lab.Demo.Runs;

/// <summary>The run document of the demo, as the YAML file that an operator would write.</summary>
/// <param name="Name">A readable name.</param>
/// <param name="Participants">The value of <c>participants</c>.</param>
/// <param name="BaseModelSha256">Digest of the base model's folder.</param>
/// <param name="Seed">Seed of the frozen factors.</param>
/// <param name="Versions">How many versions to publish.</param>
/// <param name="Nodes">How many nodes take part; a version closes at once when all have reported.</param>
/// <param name="NoiseMultiplier">σ ÷ C; <see langword="null"/> for a run without privacy, which only the lab's comparison asks for.</param>
/// <param name="MaxSamplingRate">The highest sampling rate that a node may have.</param>
/// <param name="Delta">δ of the plan.</param>
/// <param name="ExpectedBatchSize">Public divisor: records per step, on average.</param>
/// <param name="Initial">The A factors; <see langword="null"/>: from the seed.</param>
internal sealed record RunTemplate(
    string Name,
    string Participants,
    string BaseModelSha256,
    int Seed,
    int Versions,
    int Nodes,
    double? NoiseMultiplier,
    double MaxSamplingRate,
    double Delta,
    int ExpectedBatchSize = DemoDefaults.ExpectedBatchSize,
    InitialFactors? Initial = null
)
{
    /// <summary>The document, commented for its reader.</summary>
    public string ToYaml() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            # One training job. Its identity is the digest of this document: change a word and it is another run.
            name: {{Name}}
            participants: {{Participants}}
            baseModel:
              name: {{DemoDefaults.BaseModel}}
              sha256: "{{BaseModelSha256}}"
            adapter:
              rank: {{DemoDefaults.Rank}}
              alpha: {{DemoDefaults.Alpha}}
              scaling: rslora
              targets: [{{string.Join(", ", DemoDefaults.Targets)}}]
              factors: b                    # A is frozen: merging is exact and noise enters linearly
              seed: {{Seed}}
            {{Initialisation()}}privacy:
            {{Privacy()}}
            local:
              steps: {{DemoDefaults.Steps}}
              optimizer: { name: adamw, learningRate: {{DemoDefaults.LearningRate}} }
              maxSequenceLength: {{DemoDefaults.MaxSequenceLength}}
            rounds:
              versions: {{Versions}}
              close: { quorum: {{DemoDefaults.Quorum(Nodes)}}, deadline: {{Seconds(
                DemoDefaults.Deadline
            )}}, grace: {{Seconds(DemoDefaults.Grace)}}, onMissedQuorum: extend }
              maxStaleness: {{DemoDefaults.MaxStaleness}}
            aggregation:
              participation: { method: fedau, cutoff: {{DemoDefaults.ParticipationCutoff}}, weightCap: N }
              merge: ffa
              staleness: { method: weighted }
              robust: { method: normBound, bound: auto }   # no honest update is as long; a hostile one is cut to it

            """
        );

    private string Initialisation()
    {
        if (Initial is null)
        {
            return "";
        }

        var ranks = Initial
            .Factors.Where(factor => factor.Rank != DemoDefaults.Rank)
            .Select(factor => string.Create(CultureInfo.InvariantCulture, $"{factor.Path}: {factor.Rank}"));
        return $$"""
              rankPattern: { {{string.Join(", ", ranks)}} }
              initialisation: { method: eva, sha256: "{{Initial.Sha256}}" }   # A from public text instead of the seed

            """;
    }

    private string Privacy()
    {
        var mechanism = NoiseMultiplier is { } noise
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"  noiseMultiplier: {noise}         # noise on every step, in units of maxGradNorm"
            )
            : "  mechanism: none               # for comparison only: nothing is protected";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
              unit: record
            {mechanism}
              maxGradNorm: {DemoDefaults.MaxGradNorm}
              expectedBatchSize: {ExpectedBatchSize}        # public divisor, the same at every node
              maxSamplingRate: {MaxSamplingRate}
              delta: {Delta:0.0##e-0}
            """
        );
    }

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds}s");
}
