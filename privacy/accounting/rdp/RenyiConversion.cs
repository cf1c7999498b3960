namespace Federated.Privacy.Accounting;

/// <summary>From a Rényi divergence bound at one order to (ε, δ).</summary>
/// <remarks>Canonne, Kamath, Steinke 2020, Proposition 12; equal to Balle et al. 2020, Theorem 21.</remarks>
public static class RenyiConversion
{
    /// <summary>ε at δ: rdp + ln(1 − 1/α) − ln(δα) ÷ (α − 1), at least 0.</summary>
    /// <param name="order">α &gt; 1.</param>
    /// <param name="divergence">The Rényi divergence bound at that order; ≥ 0.</param>
    /// <param name="delta">δ in (0, 1).</param>
    public static double Epsilon(double order, double divergence, double delta)
    {
        PrivacyArgument.Delta(delta);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(order, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(divergence);
        return Math.Max(0, divergence + Math.Log((order - 1) / order) - (Math.Log(delta * order) / (order - 1)));
    }
}
