namespace Federated.Protocol.Tests;

/// <summary>Run documents that tests start from.</summary>
internal static class Documents
{
    public static readonly string Sha256 = new('a', 64);

    /// <summary>Everything written out, as in the design.</summary>
    public static readonly string Full = $$"""
        name: support-assistant            # a comment
        participants: { group: hospitals }
        baseModel:
          name: base-docs-2m
          sha256: "{{Sha256}}"
        adapter:
          rank: 8
          alpha: 16
          scaling: rslora
          targets: [q_proj, v_proj]
          factors: b
          seed: 42
        privacy:
          mechanism: gaussian
          unit: record
          noiseMultiplier: 1.0
          maxGradNorm: 1.0
          expectedBatchSize: 32
          maxSamplingRate: 0.05
          delta: 1.0e-6
        local:
          steps: 20
          optimizer: { name: adamw, learningRate: 2.0e-3, weightDecay: 0.01 }
          maxSequenceLength: 128
        rounds:
          versions: 20
          close: { cohort: 5, quorum: 3, deadline: 10m, grace: 30s, onMissedQuorum: extend }
          maxStaleness: 50
          leaveAfter: 24h
        aggregation:
          participation: { method: fedau, cutoff: 50, weightCap: N }
          merge: ffa
          staleness: { method: weighted, exponent: 0.5 }
          serverOptimizer: { name: sgd, learningRate: 1.0 }
        retention: { updates: 30d, versions: all }

        """;

    /// <summary>Only what has no default.</summary>
    public static readonly string Least = $$"""
        participants: { group: hospitals }
        baseModel: { name: base-docs-2m, sha256: {{Sha256}} }
        privacy: { noiseMultiplier: 1 }
        rounds: { close: { cohort: 5 } }

        """;

    /// <summary>The least document with one piece of text replaced.</summary>
    public static string LeastWith(string text, string replacement)
    {
        Assert.Contains(text, Least, StringComparison.Ordinal);
        return Least.Replace(text, replacement, StringComparison.Ordinal);
    }

    public static IReadOnlyList<RunDocumentError> Errors(string yaml) =>
        Assert.Throws<RunDocumentException>(() => RunDocumentYaml.Parse(yaml)).Errors;
}
