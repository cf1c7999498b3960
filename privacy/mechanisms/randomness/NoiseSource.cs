namespace Federated.Privacy.Mechanisms;

/// <summary>
/// Where the secrets of a step come from: one stream decides who takes part, another makes the noise. Only <see cref="SecureNoise"/> and
/// <see cref="TestNoise"/> exist, and everything made with the second says that it is not private.
/// </summary>
public abstract class NoiseSource : IDisposable
{
    private protected NoiseSource() { }

    /// <summary>Whether a release made with this source has a guarantee.</summary>
    public abstract bool IsPrivate { get; }

    /// <summary>The mechanism's name in attestations: <c>rounded-gaussian</c> or <c>test-gaussian</c>.</summary>
    public abstract string MechanismName { get; }

    internal abstract SecureRandomStream Sampling { get; }

    internal abstract SecureRandomStream Noise { get; }

    /// <summary>Moves to a step. Secure noise ignores it: its streams never repeat.</summary>
    /// <param name="stepIndex">0, 1, 2 … within the local program; ≥ 0.</param>
    public abstract void BeginStep(long stepIndex);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    private protected abstract void Dispose(bool disposing);
}
