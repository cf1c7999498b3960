namespace Federated.Privacy.Accounting;

/// <summary>The entry point: the smallest of the valid upper bounds.</summary>
public static class Accountants
{
    private static readonly ClosedFormAccountant ClosedForm = new();
    private static readonly RdpAccountant Rdp = new();
    private static readonly PldAccountant Pld = new();

    /// <summary>The smallest ε that any of the accountants certifies at <paramref name="delta"/>.</summary>
    /// <param name="privacyEvent">What was, or will be, released.</param>
    /// <param name="delta">δ in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">δ is outside (0, 1).</exception>
    /// <exception cref="UnsupportedEventException">No accountant knows the event.</exception>
    public static PrivacyGuarantee Best(PrivacyEvent privacyEvent, double delta)
    {
        PrivacyArgument.Delta(delta);
        if (TruncationCharge.Price(privacyEvent, delta, Best) is { } capped)
        {
            return capped;
        }

        if (EventPhases.OfEither(privacyEvent, "best").Replacing.Count > 0)
        {
            return Rdp.Epsilon(privacyEvent, delta);
        }

        if (ClosedForm.TryEpsilon(privacyEvent, delta, out var exact))
        {
            return exact;
        }

        var (pld, rdp) = (Pld.Epsilon(privacyEvent, delta), Rdp.Epsilon(privacyEvent, delta));
        return rdp.Epsilon < pld.Epsilon ? rdp with { EpsilonLower = Math.Min(pld.EpsilonLower, rdp.Epsilon) } : pld;
    }
}
