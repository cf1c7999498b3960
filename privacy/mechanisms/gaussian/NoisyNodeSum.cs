using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms;

/// <summary>A noisy sum of nodes' vectors: what may leave. Only <see cref="NodeSum"/> makes one.</summary>
public sealed class NoisyNodeSum
{
    private readonly double[] _values;

    internal NoisyNodeSum(double[] values, PrivacyEvent privacyEvent, bool isPrivate) =>
        (_values, Event, IsPrivate) = (values, privacyEvent, isPrivate);

    /// <summary>The noisy sum.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>What it costs each node of the sum; <see cref="NonPrivateEvent"/> with test noise.</summary>
    public PrivacyEvent Event { get; }

    /// <summary>Whether the value has a guarantee.</summary>
    public bool IsPrivate { get; }
}
