using static Federated.Protocol.Tests.Documents;

namespace Federated.Protocol.Tests;

public sealed class RunDocumentRulesTests
{
    private const string Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private const string Evaluation =
        "evaluation: { data: public.jsonl, every: 2, sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef, prompts: [Once upon a time] }";

    [Theory]
    [InlineData("cohort: 5", "cohort: 1")]
    [InlineData("cohort: 5", "cohort: 5, deadline: 10m, grace: 30s")]
    [InlineData("cohort: 5", "cohort: 5, quorum: 5, deadline: 1s, onMissedQuorum: pause")]
    [InlineData("cohort: 5", "quorum: 3, deadline: 10m")]
    [InlineData("cohort: 5", "buffer: 4, deadline: 10m")]
    [InlineData("noiseMultiplier: 1", "mechanism: none")]
    [InlineData("noiseMultiplier: 1", "mechanism: none, noiseMultiplier: 0")]
    [InlineData("noiseMultiplier: 1", "mechanism: test, noiseMultiplier: 0.5, maxSamplingRate: 1")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, adaptiveClipping: { noiseMultiplier: 1.6 }")]
    [InlineData(
        "noiseMultiplier: 1",
        "mechanism: test, noiseMultiplier: 1, adaptiveClipping: { targetQuantile: 0.9, learningRate: 1, noiseMultiplier: 0.6 }"
    )]
    [InlineData("group: hospitals", "nodes: [0123abcd, 0123abce]")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, unit: subject, maxRecordsPerSubject: 8")]
    [InlineData("rounds: { ", "adapter: { targets: [all-linear] }\nrounds: { ")]
    [InlineData("rounds: { ", "adapter: { factors: core }\nrounds: { ")]
    [InlineData("rounds: { ", "adapter: { rankAllocation: { targetRank: 4, from: 2, to: 20 } }\nrounds: { ")]
    [InlineData("rounds: { ", "adapter: { initialisation: { method: eva, sha256: " + Digest + " } }\nrounds: { ")]
    [InlineData("rounds: { ", "adapter: { factors: slices, targets: [o_proj, down_proj] }\nrounds: { ")]
    [InlineData("rounds: { ", Evaluation + "\nrounds: { ")]
    [InlineData("rounds: { ", Evaluation + "\nstop: { publicLoss: { patience: 2, minDelta: 0 } }\nrounds: { ")]
    [InlineData("rounds: { ", "local: { optimizer: { name: adafactor } }\nrounds: { ")]
    [InlineData("rounds: { ", "local: { optimizer: { name: sgd, momentum: 0.9 } }\nrounds: { ")]
    [InlineData("rounds: { ", "local: { schedule: { name: cosine, warmupSteps: 10 }, accumulation: 4 }\nrounds: { ")]
    [InlineData("rounds: { ", "local: { proximal: 0.1, labelSmoothing: 0.1, promptMasking: false }\nrounds: { ")]
    [InlineData("rounds: { ", "adapter: { targets: ['layers.*.q_proj', v_proj] }\nrounds: { ")]
    [InlineData("rounds: { ", "adapter: { rankPattern: { layers.0: 4, down_proj: 2 } }\nrounds: { ")]
    public void What_makes_sense_is_accepted(string text, string replacement)
    {
        var yaml = LeastWith(text, replacement);
        if (replacement.StartsWith("nodes", StringComparison.Ordinal))
        {
            yaml = yaml.Replace("cohort: 5", "cohort: 2", StringComparison.Ordinal);
        }

        RunDocumentYaml.Parse(yaml);
    }

    [Theory]
    [InlineData("group: hospitals", "group: ../../etc", "participants.group")]
    [InlineData("group: hospitals", "group: hospitals, nodes: [0123abcd]", "participants")]
    [InlineData("group: hospitals", "nodes: []", "participants")]
    [InlineData("group: hospitals", "nodes: [0123ABCD]", "participants.nodes")]
    [InlineData("group: hospitals", "nodes: [0123abcd, 0123abcd44]", "participants.nodes")]
    [InlineData("group: hospitals", "nodes: [0123abcd, 1123abcd]", "rounds.close.cohort")]
    [InlineData("name: base-docs-2m", "name: 'a b'", "baseModel.name")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 0", "privacy.noiseMultiplier")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: -1", "privacy.noiseMultiplier")]
    [InlineData("noiseMultiplier: 1", "mechanism: none, noiseMultiplier: 1", "privacy.noiseMultiplier")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, mechanism: laplace", "privacy.mechanism")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, unit: person", "privacy.unit")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, unit: subject", "privacy.maxRecordsPerSubject")]
    [InlineData(
        "noiseMultiplier: 1",
        "noiseMultiplier: 1, unit: subject, maxRecordsPerSubject: 0",
        "privacy.maxRecordsPerSubject"
    )]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, maxRecordsPerSubject: 3", "privacy.maxRecordsPerSubject")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, maxGradNorm: 0", "privacy.maxGradNorm")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1.1e+6", "privacy.noiseMultiplier")]
    [InlineData(
        "noiseMultiplier: 1",
        "noiseMultiplier: 1, adaptiveClipping: {}",
        "privacy.adaptiveClipping.noiseMultiplier"
    )]
    [InlineData(
        "noiseMultiplier: 1",
        "noiseMultiplier: 1, adaptiveClipping: { noiseMultiplier: 0.5 }",
        "privacy.adaptiveClipping.noiseMultiplier"
    )]
    [InlineData(
        "noiseMultiplier: 1",
        "noiseMultiplier: 1, adaptiveClipping: { noiseMultiplier: 2, targetQuantile: 1 }",
        "privacy.adaptiveClipping.targetQuantile"
    )]
    [InlineData(
        "noiseMultiplier: 1",
        "noiseMultiplier: 1, adaptiveClipping: { noiseMultiplier: 2, learningRate: 0 }",
        "privacy.adaptiveClipping.learningRate"
    )]
    [InlineData(
        "noiseMultiplier: 1",
        "mechanism: none, adaptiveClipping: { noiseMultiplier: 2 }",
        "privacy.adaptiveClipping"
    )]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, maxGradNorm: 1.1e+6", "privacy.maxGradNorm")]
    [InlineData(
        "rounds: { ",
        "local: { optimizer: { learningRate: 1001 } }\nrounds: { ",
        "local.optimizer.learningRate"
    )]
    [InlineData("rounds: { ", "adapter: { factors: ab }\nrounds: { ", "aggregation.merge")]
    [InlineData("rounds: { ", "adapter: { factors: alternating }\nrounds: { ", "aggregation.merge")]
    [InlineData(
        "rounds: { ",
        "evaluation: { sha256: '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef' }\nrounds: { ",
        "evaluation.data"
    )]
    [InlineData("rounds: { ", "evaluation: { data: a, sha256: '00' }\nrounds: { ", "evaluation.sha256")]
    [InlineData(
        "rounds: { ",
        Evaluation + "\nstop: { publicLoss: { patience: 0 } }\nrounds: { ",
        "stop.publicLoss.patience"
    )]
    [InlineData("rounds: { ", "stop: { publicLoss: { patience: 3 } }\nrounds: { ", "stop.publicLoss")]
    [InlineData("rounds: { ", Evaluation + "\nstop: { publicLoss: soon }\nrounds: { ", "stop.publicLoss")]
    [InlineData(
        "rounds: { ",
        "adapter: { factors: core }\naggregation: { merge: svd }\nrounds: { ",
        "aggregation.merge"
    )]
    [InlineData(
        "rounds: { ",
        "adapter: { factors: slices }\naggregation: { merge: fedex }\nrounds: { ",
        "aggregation.merge"
    )]
    [InlineData(
        "rounds: { ",
        "adapter: { factors: slices, initialisation: { sha256: " + Digest + " } }\nrounds: { ",
        "adapter.initialisation"
    )]
    [InlineData("rounds: { ", "adapter: { factors: ba }\nrounds: { ", "adapter.factors")]
    [InlineData(
        "rounds: { ",
        "adapter: { rankAllocation: { targetRank: 9, from: 2, to: 8 } }\nrounds: { ",
        "adapter.rankAllocation.targetRank"
    )]
    [InlineData(
        "rounds: { ",
        "adapter: { rankAllocation: { targetRank: 4, from: 0, to: 8 } }\nrounds: { ",
        "adapter.rankAllocation.from"
    )]
    [InlineData(
        "rounds: { ",
        "adapter: { rankAllocation: { targetRank: 4, from: 2, to: 2 } }\nrounds: { ",
        "adapter.rankAllocation.to"
    )]
    [InlineData(
        "rounds: { ",
        "adapter: { rankAllocation: { targetRank: 4, from: 2, to: 21 } }\nrounds: { ",
        "adapter.rankAllocation.to"
    )]
    [InlineData(
        "rounds: { ",
        "adapter: { rankAllocation: { targetRank: 4, from: 2 } }\nrounds: { ",
        "adapter.rankAllocation.to"
    )]
    [InlineData(
        "rounds: { ",
        "adapter: { factors: ab, rankAllocation: { targetRank: 4, from: 2, to: 8 } }\naggregation: { merge: svd }\nrounds: { ",
        "adapter.rankAllocation"
    )]
    [InlineData(
        "rounds: { ",
        "adapter: { initialisation: { method: eva } }\nrounds: { ",
        "adapter.initialisation.sha256"
    )]
    [InlineData(
        "rounds: { ",
        "adapter: { initialisation: { method: pissa, sha256: " + Digest + " } }\nrounds: { ",
        "adapter.initialisation.method"
    )]
    [InlineData(
        "rounds: { ",
        "adapter: { factors: ab, initialisation: { sha256: "
            + Digest
            + " } }\naggregation: { merge: stack }\nrounds: { ",
        "adapter.initialisation"
    )]
    [InlineData("rounds: { ", "adapter: { targets: ['*'] }\nrounds: { ", "adapter.targets")]
    [InlineData("rounds: { ", "adapter: { rankPattern: { layers.0: 0 } }\nrounds: { ", "adapter.rankPattern")]
    [InlineData(
        "rounds: { ",
        "adapter: { rankPattern: { layers.0: four } }\nrounds: { ",
        "adapter.rankPattern.layers.0"
    )]
    [InlineData("rounds: { ", "adapter: { rankPattern: { 'a b': 4 } }\nrounds: { ", "adapter.rankPattern")]
    [InlineData("rounds: { ", "adapter: { rankPattern: [4] }\nrounds: { ", "adapter.rankPattern")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, expectedBatchSize: 0", "privacy.expectedBatchSize")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, maxSamplingRate: 0", "privacy.maxSamplingRate")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, maxSamplingRate: 1.5", "privacy.maxSamplingRate")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, delta: 0", "privacy.delta")]
    [InlineData("noiseMultiplier: 1", "noiseMultiplier: 1, delta: 1", "privacy.delta")]
    [InlineData("cohort: 5", "cohort: 0", "rounds.close.cohort")]
    [InlineData("cohort: 5", "cohort: 3, quorum: 4, deadline: 1m", "rounds.close.quorum")]
    [InlineData("cohort: 5", "cohort: 3, quorum: 2", "rounds.close.deadline")]
    [InlineData("cohort: 5", "buffer: 4", "rounds.close.deadline")]
    [InlineData("cohort: 5", "buffer: 4, cohort: 3, deadline: 1m", "rounds.close")]
    [InlineData("cohort: 5", "buffer: 4, quorum: 3, deadline: 1m", "rounds.close")]
    [InlineData("cohort: 5", "deadline: 1m", "rounds.close")]
    [InlineData("cohort: 5", "cohort: 5, grace: 10s", "rounds.close.grace")]
    [InlineData("cohort: 5", "cohort: 5, deadline: 0s", "rounds.close.deadline")]
    [InlineData("cohort: 5", "cohort: 5, onMissedQuorum: shrug", "rounds.close.onMissedQuorum")]
    [InlineData("rounds: { ", "rounds: { versions: 0, ", "rounds.versions")]
    [InlineData("rounds: { ", "rounds: { maxStaleness: -1, ", "rounds.maxStaleness")]
    [InlineData("rounds: { ", "rounds: { leaveAfter: 0s, ", "rounds.leaveAfter")]
    [InlineData("sha256:", "precision: fp8, sha256:", "baseModel.precision")]
    [InlineData("sha256:", "precision: nf4, sha256:", "baseModel.packedSha256")]
    [InlineData("sha256:", "precision: nf4, packedSha256: xyz, sha256:", "baseModel.packedSha256")]
    [InlineData("sha256:", "packedSha256: abc, sha256:", "baseModel.packedSha256")]
    [InlineData("rounds: { ", "adapter: { rank: 0 }\nrounds: { ", "adapter.rank")]
    [InlineData("rounds: { ", "adapter: { rank: 1025 }\nrounds: { ", "adapter.rank")]
    [InlineData("rounds: { ", "adapter: { alpha: 0 }\nrounds: { ", "adapter.alpha")]
    [InlineData("rounds: { ", "adapter: { scaling: dora }\nrounds: { ", "adapter.scaling")]
    [InlineData("rounds: { ", "adapter: { seed: -1 }\nrounds: { ", "adapter.seed")]
    [InlineData("rounds: { ", "adapter: { updateDtype: fp4 }\nrounds: { ", "adapter.updateDtype")]
    [InlineData("rounds: { ", "adapter: { targets: [] }\nrounds: { ", "adapter.targets")]
    [InlineData("rounds: { ", "adapter: { targets: [a, a] }\nrounds: { ", "adapter.targets")]
    [InlineData("rounds: { ", "local: { steps: 0 }\nrounds: { ", "local.steps")]
    [InlineData("rounds: { ", "local: { maxSequenceLength: 1 }\nrounds: { ", "local.maxSequenceLength")]
    [InlineData("rounds: { ", "local: { optimizer: { name: lion } }\nrounds: { ", "local.optimizer.name")]
    [InlineData("rounds: { ", "local: { optimizer: { momentum: 0.9 } }\nrounds: { ", "local.optimizer.momentum")]
    [InlineData(
        "rounds: { ",
        "local: { optimizer: { name: sgd, momentum: 1 } }\nrounds: { ",
        "local.optimizer.momentum"
    )]
    [InlineData("rounds: { ", "local: { accumulation: 3 }\nrounds: { ", "local.accumulation")]
    [InlineData("rounds: { ", "local: { accumulation: 0 }\nrounds: { ", "local.accumulation")]
    [InlineData("rounds: { ", "local: { proximal: -1 }\nrounds: { ", "local.proximal")]
    [InlineData("rounds: { ", "local: { labelSmoothing: 1 }\nrounds: { ", "local.labelSmoothing")]
    [InlineData("rounds: { ", "local: { promptMasking: maybe }\nrounds: { ", "local.promptMasking")]
    [InlineData("rounds: { ", "local: { packing: true }\nrounds: { ", "local.packing")]
    [InlineData("rounds: { ", "local: { schedule: { name: step } }\nrounds: { ", "local.schedule.name")]
    [InlineData("rounds: { ", "local: { schedule: { warmupSteps: -1 } }\nrounds: { ", "local.schedule.warmupSteps")]
    [InlineData("rounds: { ", "local: { optimizer: { learningRate: 0 } }\nrounds: { ", "local.optimizer.learningRate")]
    [InlineData("rounds: { ", "local: { optimizer: { weightDecay: -1 } }\nrounds: { ", "local.optimizer.weightDecay")]
    [InlineData("rounds: { ", "local: { optimizer: { weightDecay: 900 } }\nrounds: { ", "local.optimizer.weightDecay")]
    [InlineData("rounds: { ", "aggregation: { merge: svd }\nrounds: { ", "aggregation.merge")]
    [InlineData(
        "rounds: { ",
        "aggregation: { participation: { method: fedprox } }\nrounds: { ",
        "aggregation.participation.method"
    )]
    [InlineData(
        "rounds: { ",
        "aggregation: { participation: { cutoff: 0 } }\nrounds: { ",
        "aggregation.participation.cutoff"
    )]
    [InlineData(
        "rounds: { ",
        "aggregation: { participation: { weightCap: 0 } }\nrounds: { ",
        "aggregation.participation.weightCap"
    )]
    [InlineData(
        "rounds: { ",
        "aggregation: { staleness: { method: ladder } }\nrounds: { ",
        "aggregation.staleness.method"
    )]
    [InlineData(
        "rounds: { ",
        "aggregation: { staleness: { exponent: -1 } }\nrounds: { ",
        "aggregation.staleness.exponent"
    )]
    [InlineData(
        "rounds: { ",
        "aggregation: { staleness: { exponent: 10.5 } }\nrounds: { ",
        "aggregation.staleness.exponent"
    )]
    [InlineData(
        "rounds: { ",
        "aggregation: { serverOptimizer: { name: rmsprop } }\nrounds: { ",
        "aggregation.serverOptimizer.name"
    )]
    [InlineData(
        "rounds: { ",
        "aggregation: { serverOptimizer: { weightDecay: 1 } }\nrounds: { ",
        "aggregation.serverOptimizer.weightDecay"
    )]
    [InlineData("rounds: { ", "retention: { versions: 0 }\nrounds: { ", "retention.versions")]
    [InlineData("rounds: { ", "retention: { versions: 5 }\nrounds: { ", "retention.versions")]
    [InlineData("rounds: { ", "name: a/b\nrounds: { ", "name")]
    public void What_cannot_be_is_refused_at_its_path(string text, string replacement, string path)
    {
        var yaml = LeastWith(text, replacement);
        if (path.StartsWith("participants", StringComparison.Ordinal))
        {
            yaml = yaml.Replace("cohort: 5", "cohort: 1", StringComparison.Ordinal);
        }

        var errors = Errors(yaml);
        Assert.All(errors, error => Assert.Equal(path, error.Path));
        Assert.NotEmpty(errors);
    }

    [Fact]
    public void A_document_made_in_code_is_held_to_the_same_rules()
    {
        var document = RunDocumentYaml.Parse(Least);
        var broken = document with { Privacy = document.Privacy with { NoiseMultiplier = double.NaN } };
        Assert.Equal("privacy.noiseMultiplier", Assert.Single(RunDocumentRules.Validate(broken)).Path);
        Assert.Throws<RunDocumentException>(() => CanonicalRunDocument.Bytes(broken));
    }
}
