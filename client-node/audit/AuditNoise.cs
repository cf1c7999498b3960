using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;

namespace Federated.ClientNode;

/// <summary>Where an audit's noise comes from.</summary>
internal sealed class AuditNoise
{
    private static readonly NodeId Nobody = NodeId.Parse(new string('0', 64));
    private readonly long? _seed;

    private AuditNoise(string mechanism, long? seed) => (Mechanism, _seed) = (mechanism, seed);

    /// <summary>Production noise.</summary>
    public static AuditNoise Secure { get; } = new("gaussian", null);

    /// <summary>No noise, to see that the audit would notice: it must fail. Batches are drawn as they were with the noise.</summary>
    public AuditNoise LeftOut => new("none", _seed);

    /// <summary>The mechanism by its name in run documents.</summary>
    public string Mechanism { get; }

    /// <summary>Whether what is made with it has a guarantee.</summary>
    public bool IsPrivate => Mechanism == "gaussian";

    /// <summary>Repeatable noise, which protects nobody.</summary>
    public static AuditNoise Seeded(long seed) => new("test", seed);

    /// <summary>The source for one attempt.</summary>
    /// <param name="repetition">0, 1, 2 …</param>
    public NoiseSource Open(long repetition) =>
        _seed is { } seed ? new TestNoise($"audit/{seed}", repetition, Nobody) : new SecureNoise();

    /// <summary>Releases a sum as a step of a run with this mechanism does.</summary>
    public NoisyGradient Release(ClippedSum sum, MechanismClaim claim, NoiseSource source) =>
        Mechanism == "none"
            ? NonPrivateMechanism.Release(sum, claim.ExpectedBatchSize)
            : GaussianMechanism.Release(sum, claim.NoiseMultiplier, claim.ExpectedBatchSize, source);
}
