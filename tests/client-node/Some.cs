using Federated.Adapters.Models;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.ClientNode.Tests;

/// <summary>Ordinary instances of what tests need.</summary>
internal static class Some
{
    private static readonly Lazy<string> ModelDigest = new(() => BaseModelDigest.Compute(RepositoryFolder.BaseDocs));

    public static NodeSettings Settings(string dataFile, ConsentMode consent = ConsentMode.Auto) =>
        new()
        {
            Silo = new Uri("http://127.0.0.1:7400"),
            Name = "clinic",
            Source = new SourceSettings
            {
                Name = "notes",
                Path = dataFile,
                DeclaredRecords = 100,
                Epsilon = 1000,
                Delta = 1e-5,
            },
            Models = new Dictionary<string, string> { ["base"] = RepositoryFolder.BaseDocs },
            Policy = new PolicySettings
            {
                Consent = consent,
                AllowTestNoise = true,
                AllowNonPrivate = true,
            },
            HoldOutFraction = 0.2,
        };

    public static RunDocument Run(string mechanism = "test", int versions = 2, int steps = 2) =>
        new()
        {
            Name = "some-run",
            Participants = new ParticipantsSection { Group = "default" },
            BaseModel = new BaseModelSection { Name = "base", Sha256 = ModelDigest.Value },
            Adapter = new AdapterSection { Rank = 2, Seed = 7 },
            Privacy = new PrivacySection
            {
                Mechanism = mechanism,
                NoiseMultiplier = mechanism == "none" ? 0 : 1,
                ExpectedBatchSize = 4,
                MaxSamplingRate = 0.2,
            },
            Local = new LocalSection { Steps = steps, MaxSequenceLength = 24 },
            Rounds = new RoundsSection
            {
                Versions = versions,
                Close = new CloseSection { Cohort = 1 },
            },
        };

    public static SourceAccount NothingSpent { get; } = new() { Source = "notes" };

    /// <summary>Records as JSONL, each of its own words.</summary>
    public static string Records(int count) =>
        string.Concat(
            Enumerable
                .Range(0, count)
                .Select(i => $$"""{"text": "Gets or sets the value number {{i}} of the item."}""" + "\n")
        );

    public static ConsentedRun Consented(RunDocument document, NodeSettings settings)
    {
        var digest = CanonicalRunDocument.Digest(document);
        var verdict = (PolicyVerdict.Allowed)new OwnerPolicy(settings).Judge(digest, document, NothingSpent);
        return new ConsentedRun(
            digest,
            document,
            "reservation",
            verdict.Plan,
            verdict.Price.Epsilon,
            verdict.Price.Delta
        );
    }
}
