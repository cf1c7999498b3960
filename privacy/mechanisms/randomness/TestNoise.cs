using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms;

/// <summary>
/// Repeatable noise for tests, a function of (run digest, version, node id, step): the same run ends with the same adapter. Anyone can recompute
/// and subtract it, so everything made with it is marked as not private.
/// </summary>
public sealed class TestNoise : NoiseSource
{
    private readonly string _context;
    private long _step;

    // Made when they are asked for: a stream is 64 KiB, and a simulation takes many steps that use one of them or none.
    private SecureRandomStream? _sampling;
    private SecureRandomStream? _noise;

    /// <summary>Creates the source for one local program.</summary>
    /// <param name="runDigest">The run.</param>
    /// <param name="version">The base version.</param>
    /// <param name="nodeId">The node.</param>
    public TestNoise(string runDigest, long version, NodeId nodeId)
    {
        ArgumentException.ThrowIfNullOrEmpty(runDigest);
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        _context = string.Create(
            CultureInfo.InvariantCulture,
            $"federated-test-noise/1\n{runDigest}\n{version}\n{nodeId.Value}"
        );
    }

    /// <inheritdoc/>
    public override bool IsPrivate => false;

    /// <inheritdoc/>
    public override string MechanismName => Attestation.TestGaussian;

    internal override SecureRandomStream Sampling => _sampling ??= new SecureRandomStream(Key("sampling"));

    internal override SecureRandomStream Noise => _noise ??= new SecureRandomStream(Key("noise"));

    /// <inheritdoc/>
    public override void BeginStep(long stepIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stepIndex);
        Dispose(disposing: true);
        (_sampling, _noise, _step) = (null, null, stepIndex);
    }

    private protected override void Dispose(bool disposing)
    {
        _sampling?.Dispose();
        _noise?.Dispose();
    }

    private byte[] Key(string purpose) =>
        SHA256.HashData(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_context}\n{_step}\n{purpose}"))
        );
}
