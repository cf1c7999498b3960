using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Privacy.Accounting.Tests;

/// <summary>Object mother.</summary>
internal static class Some
{
    public static FakeTimeProvider Time => new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public static string Digest(string of) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(of)));

    public static ReservationRequest Plan(string run = "run", string source = "patients") =>
        new()
        {
            Source = source,
            RunDigest = Digest(run),
            SamplingRate = 0.02,
            NoiseMultiplier = 1.0,
            Steps = 400,
            MaxGradNorm = 1.0,
            Unit = "record",
            Budget = new PrivacyBudget(8, 1e-5),
        };

    public static Attestation Attestation(NodeId node) =>
        new()
        {
            NodeId = node,
            RunDigest = Digest("run"),
            UpdateDigest = Digest("update"),
            BaseVersion = 3,
            BaseDigest = Digest("base"),
            Mechanism = Accounting.Attestation.RoundedGaussian,
            NoiseMultiplier = 1.1,
            MaxGradNorm = 0.5,
            ExpectedBatchSize = 32,
            Steps = 20,
            Unit = "record",
            LedgerSequence = 7,
            LedgerHead = Digest("head"),
            IsPrivate = true,
        };
}
