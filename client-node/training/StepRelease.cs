using System.Buffers.Binary;
using Federated.Privacy.Mechanisms;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>(3) and (4) of a step as a run document asks for them: the bound of this step, and how its clipped sum is released.</summary>
internal sealed class StepRelease
{
    private readonly PrivacySection _privacy;
    private AdaptiveClipping? _adaptive;

    /// <summary>Starts a local program.</summary>
    /// <param name="privacy">The run's parameters.</param>
    /// <param name="maxGradNorm">The bound that the node's last update ended with, for a run with adaptive clipping; null: the run's first.</param>
    public StepRelease(PrivacySection privacy, double? maxGradNorm = null)
    {
        _privacy = privacy;
        _adaptive = At(maxGradNorm);
    }

    /// <summary>C of the next step: a constant, or made of noisy counts that were paid for.</summary>
    public double MaxGradNorm => _adaptive?.MaxGradNorm ?? _privacy.MaxGradNorm;

    /// <summary>Releases a step's sum, once.</summary>
    /// <param name="sum">Clipped at <see cref="MaxGradNorm"/>; used up.</param>
    /// <param name="noise">The step's source.</param>
    public NoisyGradient Release(ClippedSum sum, NoiseSource noise) =>
        _adaptive is not null ? _adaptive.Release(sum, _privacy.NoiseMultiplier, _privacy.ExpectedBatchSize, noise)
        : _privacy.Mechanism == "none" ? NonPrivateMechanism.Release(sum, _privacy.ExpectedBatchSize)
        : GaussianMechanism.Release(sum, _privacy.NoiseMultiplier, _privacy.ExpectedBatchSize, noise);

    /// <summary>The state of an attempt, with the bound that its next step has where that is no constant.</summary>
    /// <param name="state">The rest of the state.</param>
    public byte[] Save(byte[] state)
    {
        if (_adaptive is null)
        {
            return state;
        }

        var bytes = new byte[sizeof(double) + state.Length];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, MaxGradNorm);
        state.CopyTo(bytes, sizeof(double));
        return bytes;
    }

    /// <summary>Goes on where <see cref="Save"/> was called.</summary>
    /// <param name="state">What it gave.</param>
    /// <param name="rest">Takes the rest of the state; when it throws, nothing is changed here.</param>
    /// <exception cref="InvalidDataException">The bytes hold no bound.</exception>
    public void Restore(byte[] state, Action<byte[]> rest)
    {
        if (_adaptive is null)
        {
            rest(state);
            return;
        }

        var bound = state.Length >= sizeof(double) ? BinaryPrimitives.ReadDoubleLittleEndian(state) : 0;
        if (!(bound > 0) || !double.IsFinite(bound))
        {
            throw new InvalidDataException($"a gradient bound of {bound}");
        }

        rest(state[sizeof(double)..]);
        _adaptive = At(bound);
    }

    private AdaptiveClipping? At(double? bound) =>
        _privacy.AdaptiveClipping is { } adaptive
            ? new AdaptiveClipping(
                _privacy.MaxGradNorm,
                adaptive.NoiseMultiplier,
                adaptive.TargetQuantile,
                adaptive.LearningRate,
                bound
            )
            : null;
}
