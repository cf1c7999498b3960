using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms;

/// <summary>
/// The averaged gradient of one step after the mechanism: what an optimiser may see. Only the mechanisms make it. Everything computed from private
/// ones alone is post-processing and costs nothing more.
/// </summary>
public sealed class NoisyGradient
{
    private readonly float[] _values;

    internal NoisyGradient(float[] values, PrivacyEvent privacyEvent, string mechanism, bool isPrivate) =>
        (_values, Event, Mechanism, IsPrivate) = (values, privacyEvent, mechanism, isPrivate);

    /// <summary>The noisy sum ÷ expected batch size; [d].</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>What the step costs; <see cref="NonPrivateEvent"/> if it has no guarantee.</summary>
    public PrivacyEvent Event { get; }

    /// <summary>The mechanism's name in attestations.</summary>
    public string Mechanism { get; }

    /// <summary>Whether the value has a guarantee. It is false if sampling or noise came from a seed, or there was no noise.</summary>
    public bool IsPrivate { get; }

    /// <summary>The same value as part of a larger release that costs another event.</summary>
    internal NoisyGradient At(PrivacyEvent privacyEvent) => new(_values, privacyEvent, Mechanism, IsPrivate);
}
