using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>What the owner's policy says about a run.</summary>
internal abstract record PolicyVerdict
{
    private PolicyVerdict() { }

    /// <summary>The policy allows it.</summary>
    /// <param name="Plan">What is to be reserved.</param>
    /// <param name="Price">What the whole plan costs.</param>
    /// <param name="NeedsOwner">True: the owner has to say yes as well.</param>
    public sealed record Allowed(ReservationRequest Plan, PrivacyGuarantee Price, bool NeedsOwner) : PolicyVerdict;

    /// <summary>The policy forbids it: all reasons.</summary>
    public sealed record Refused(IReadOnlyList<string> Reasons) : PolicyVerdict;
}
