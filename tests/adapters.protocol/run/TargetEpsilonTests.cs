using static Federated.Protocol.Tests.Documents;

namespace Federated.Protocol.Tests;

public sealed class TargetEpsilonTests
{
    private const string Chosen = "privacy: { noiseMultiplier: 1 }";

    [Fact]
    public void The_noise_is_found_once_and_stands_in_the_document_beside_its_target()
    {
        var noise = new Recorded(1.25);
        var document = RunDocumentYaml.Parse(
            LeastWith(Chosen, "privacy: { targetEpsilon: 8, delta: 1.0e-5, maxSamplingRate: 0.02 }"),
            noise
        );

        Assert.Equal((1.25, 8.0), (document.Privacy.NoiseMultiplier, document.Privacy.TargetEpsilon));
        Assert.Equal([(8, 1e-5, 0.02, (long)document.Rounds.Versions * document.Local.Steps)], noise.Questions);
        // Every later reader sees the number and asks nobody.
        var bytes = CanonicalRunDocument.Bytes(document);
        Assert.Equal(document.Privacy, CanonicalRunDocument.Parse(bytes).Privacy);
    }

    [Fact]
    public void A_document_without_a_target_keeps_its_bytes() =>
        Assert.DoesNotContain(
            "targetEpsilon",
            System.Text.Encoding.UTF8.GetString(CanonicalRunDocument.Bytes(RunDocumentYaml.Parse(Least))),
            StringComparison.Ordinal
        );

    [Fact]
    public void Nobody_signs_a_document_whose_noise_is_still_open()
    {
        var error = Assert.Single(Errors(LeastWith(Chosen, "privacy: { targetEpsilon: 8 }")));
        Assert.Equal("privacy.targetEpsilon", error.Path);
        Assert.Contains("noiseMultiplier", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_that_misses_its_target_is_refused_and_more_noise_is_not()
    {
        var both = LeastWith(Chosen, "privacy: { targetEpsilon: 8, noiseMultiplier: 1 }");
        var error = Assert.Single(
            Assert.Throws<RunDocumentException>(() => RunDocumentYaml.Parse(both, new Recorded(1.01))).Errors
        );
        Assert.Equal("privacy.targetEpsilon", error.Path);
        Assert.Contains("1.01", error.Fix, StringComparison.Ordinal);
        Assert.Equal(1, RunDocumentYaml.Parse(both, new Recorded(0.99)).Privacy.NoiseMultiplier);
    }

    [Fact]
    public void A_target_that_no_noise_meets_is_refused_with_its_line()
    {
        var error = Assert.Single(
            Assert
                .Throws<RunDocumentException>(() =>
                    RunDocumentYaml.Parse(LeastWith(Chosen, "privacy: { targetEpsilon: 8 }"), new Recorded(null))
                )
                .Errors,
            e => e.Reason == "too much"
        );
        Assert.NotNull(error.Line);
    }

    [Theory]
    [InlineData("targetEpsilon: 0")]
    [InlineData("targetEpsilon: -1")]
    [InlineData("targetEpsilon: .inf")]
    [InlineData("targetEpsilon: .nan")]
    [InlineData("targetEpsilon: 8, mechanism: none")]
    [InlineData("targetEpsilon: 8, mechanism: test, noiseMultiplier: 1")]
    public void A_target_that_means_nothing_is_refused(string privacy)
    {
        var refusal = Assert.Throws<RunDocumentException>(() =>
            RunDocumentYaml.Parse(LeastWith(Chosen, $"privacy: {{ {privacy} }}"), new Recorded(1))
        );
        Assert.Contains(refusal.Errors, error => error.Path == "privacy.targetEpsilon");
    }

    private sealed class Recorded(double? answer) : ITargetNoise
    {
        public List<(double, double, double, long)> Questions { get; } = [];

        public double NoiseMultiplier(double targetEpsilon, double delta, double samplingRate, long steps)
        {
            Questions.Add((targetEpsilon, delta, samplingRate, steps));
            return answer ?? throw new InvalidOperationException("too much");
        }
    }
}
