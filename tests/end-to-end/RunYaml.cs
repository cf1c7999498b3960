using System.Globalization;
using Federated.Adapters.Models;

namespace Federated.EndToEnd.Tests;

/// <summary>A small run: three versions, a cohort of three, a few steps.</summary>
internal static class RunYaml
{
    public const int Versions = 3;

    /// <summary>The document.</summary>
    /// <param name="mechanism">gaussian, test or none.</param>
    /// <param name="steps">Steps of one update.</param>
    public static string Of(string mechanism, int steps = 4) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            name: small
            participants: { group: default }
            baseModel:
              name: base-docs
              sha256: "{{BaseModelDigest.Compute(FederationUnderTest.ModelFolder)}}"
            adapter: { rank: 2, alpha: 4, scaling: rslora, targets: [q_proj, v_proj], factors: b, seed: 3 }
            privacy:
              mechanism: {{mechanism}}
              noiseMultiplier: {{(mechanism == "none" ? 0 : 1.5)}}
              maxGradNorm: 1.0
              expectedBatchSize: 8
              maxSamplingRate: 0.1
              delta: 1.0e-3
            local: { steps: {{steps}}, optimizer: { name: adamw, learningRate: 2.0e-3 }, maxSequenceLength: 48 }
            rounds:
              versions: {{Versions}}
              close: { cohort: 3, quorum: 3, deadline: 1h }
              maxStaleness: 5
            """
        );
}
