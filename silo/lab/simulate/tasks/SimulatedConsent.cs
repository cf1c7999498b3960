using Federated.ClientNode;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.Lab.Simulate;

/// <summary>What a virtual node's trainer knows of its run. Nothing is reserved: there is nobody to protect.</summary>
internal static class SimulatedConsent
{
    private static readonly PrivacyBudget NoBudget = new(1, 1e-6);

    /// <summary>The consent of a node with some records: q = expectedBatchSize ÷ records, at most the run's maxSamplingRate.</summary>
    /// <param name="document">The run.</param>
    /// <param name="records">How many records the node has.</param>
    public static ConsentedRun Of(RunDocument document, int records)
    {
        var digest = CanonicalRunDocument.Digest(document);
        var plan = new ReservationRequest
        {
            Source = "simulated",
            RunDigest = digest,
            SamplingRate = Math.Min(
                document.Privacy.MaxSamplingRate,
                (double)document.Privacy.ExpectedBatchSize / records
            ),
            NoiseMultiplier = document.Privacy.NoiseMultiplier,
            Steps = (long)document.Rounds.Versions * document.Local.Steps,
            MaxGradNorm = document.Privacy.MaxGradNorm,
            Unit = document.Privacy.Unit,
            Budget = NoBudget,
            IsPrivate = false,
        };
        return new(digest, document, "simulated", plan, double.PositiveInfinity, document.Privacy.Delta);
    }
}
