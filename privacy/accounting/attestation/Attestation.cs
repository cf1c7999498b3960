namespace Federated.Privacy.Accounting;

/// <summary>
/// What a node claims about one upload, signed with its key. The silo checks the signature and that the claim agrees with the run before it accepts.
/// It is the owner's claim, not a proof that noise was added.
/// </summary>
public sealed record Attestation
{
    /// <summary>The format that this program writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Mechanism: Gaussian noise rounded to the public integer grid, from a cryptographic generator. Private.</summary>
    public const string RoundedGaussian = "rounded-gaussian";

    /// <summary>
    /// Mechanism: the same with a bound that follows the gradients' norms by the run's rule (Andrew et al. 2021). <see cref="MaxGradNorm"/> is the bound of the run's
    /// first step, and <see cref="NoiseMultiplier"/> what gradient and noisy count of a step cost together. Private.
    /// </summary>
    public const string AdaptiveRoundedGaussian = "rounded-gaussian-adaptive-clipping";

    /// <summary>Mechanism: noise from a seed; for tests, never private.</summary>
    public const string TestGaussian = "test-gaussian";

    /// <summary>Mechanism: no noise, never private.</summary>
    public const string NoMechanism = "none";

    /// <summary>Adjacency: the data of one unit are added or removed.</summary>
    public const string AddOrRemoveOne = "add-or-remove-one";

    /// <summary>Format version; 1.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Who signs.</summary>
    public required NodeId NodeId { get; init; }

    /// <summary>SHA-256 of the canonical run document, lowercase hexadecimal.</summary>
    public required string RunDigest { get; init; }

    /// <summary>SHA-256 of the upload's bytes.</summary>
    public required string UpdateDigest { get; init; }

    /// <summary>The version that training started from.</summary>
    public required long BaseVersion { get; init; }

    /// <summary>SHA-256 of that version's adapter.</summary>
    public required string BaseDigest { get; init; }

    /// <summary><see cref="RoundedGaussian"/>, <see cref="AdaptiveRoundedGaussian"/>, <see cref="TestGaussian"/> or <see cref="NoMechanism"/>.</summary>
    public required string Mechanism { get; init; }

    /// <summary>Noise standard deviation on the sum ÷ maxGradNorm; 0 only without a mechanism.</summary>
    public required double NoiseMultiplier { get; init; }

    /// <summary>C, the L2 bound of one unit's gradient; the first one where it adapts.</summary>
    public required double MaxGradNorm { get; init; }

    /// <summary>The public divisor of the noisy sum.</summary>
    public required double ExpectedBatchSize { get; init; }

    /// <summary>Noised steps inside the update.</summary>
    public required long Steps { get; init; }

    /// <summary><c>record</c> or <c>subject</c>.</summary>
    public required string Unit { get; init; }

    /// <summary><see cref="AddOrRemoveOne"/>.</summary>
    public string Adjacency { get; init; } = AddOrRemoveOne;

    /// <summary>Sequence of the node's ledger when the update was sealed.</summary>
    public required long LedgerSequence { get; init; }

    /// <summary>Hash of that ledger entry.</summary>
    public required string LedgerHead { get; init; }

    /// <summary>False if anything in the update came without a guarantee.</summary>
    public required bool IsPrivate { get; init; }

    /// <summary>A noised metric that travels with the update; null = none, and then the bytes are those of the first release.</summary>
    public AttestedMetric? Metric { get; init; }

    /// <summary>The bytes that are signed: the format's name, then every field in a fixed order.</summary>
    /// <exception cref="ArgumentException">A field is missing, outside its range, or contradicts another.</exception>
    public byte[] ToCanonicalBytes()
    {
        Validate();
        return AttestationEncoding.Write(this);
    }

    /// <summary>Signs the attestation with the node's key.</summary>
    /// <param name="identity">The node; its id must be <see cref="NodeId"/>.</param>
    /// <exception cref="ArgumentException">A field is wrong, or the key belongs to another node.</exception>
    public SignedAttestation Sign(NodeIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        if (identity.Id != NodeId)
        {
            throw new ArgumentException(
                $"the attestation names node {NodeId}, the key belongs to {identity.Id}",
                nameof(identity)
            );
        }

        var bytes = ToCanonicalBytes();
        return new SignedAttestation(this, bytes, identity.Sign(bytes));
    }

    internal void Validate()
    {
        if (Version != CurrentVersion)
        {
            throw new ArgumentException(
                $"attestation.version = {Version}; this program knows version {CurrentVersion}"
            );
        }

        LedgerDigest.Check(RunDigest, "attestation.runDigest");
        LedgerDigest.Check(UpdateDigest, "attestation.updateDigest");
        LedgerDigest.Check(BaseDigest, "attestation.baseDigest");
        LedgerDigest.Check(LedgerHead, "attestation.ledgerHead");
        ArgumentException.ThrowIfNullOrEmpty(Unit, "attestation.unit");
        ArgumentOutOfRangeException.ThrowIfNegative(BaseVersion, "attestation.baseVersion");
        ArgumentOutOfRangeException.ThrowIfNegative(Steps, "attestation.steps");
        ArgumentOutOfRangeException.ThrowIfNegative(LedgerSequence, "attestation.ledgerSequence");
        PrivacyArgument.PositiveFinite(MaxGradNorm, "attestation.maxGradNorm");
        PrivacyArgument.PositiveFinite(ExpectedBatchSize, "attestation.expectedBatchSize");
        Metric?.Validate();
        if (Adjacency != AddOrRemoveOne)
        {
            throw new ArgumentException($"attestation.adjacency = '{Adjacency}'; expected '{AddOrRemoveOne}'");
        }

        var noiseFits =
            Mechanism == NoMechanism ? NoiseMultiplier == 0 : NoiseMultiplier > 0 && double.IsFinite(NoiseMultiplier);
        if (!noiseFits || Mechanism is not (RoundedGaussian or AdaptiveRoundedGaussian or TestGaussian or NoMechanism))
        {
            throw new ArgumentException(
                $"attestation.mechanism = '{Mechanism}' with noiseMultiplier {NoiseMultiplier} is no known mechanism"
            );
        }

        if (IsPrivate && Mechanism is not (RoundedGaussian or AdaptiveRoundedGaussian))
        {
            throw new ArgumentException(
                $"attestation.isPrivate = true with mechanism '{Mechanism}'; only '{RoundedGaussian}' and '{AdaptiveRoundedGaussian}' are private"
            );
        }
    }
}
