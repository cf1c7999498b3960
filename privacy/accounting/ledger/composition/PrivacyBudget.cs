namespace Federated.Privacy.Accounting;

/// <summary>What a data owner allows one source to spend in its whole life, over all runs and federations.</summary>
public sealed record PrivacyBudget
{
    /// <summary>Creates the budget.</summary>
    /// <param name="epsilon">ε in all; finite and &gt; 0.</param>
    /// <param name="delta">δ in all; in (0, 1), below 1 ÷ number of records.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public PrivacyBudget(double epsilon, double delta)
    {
        Epsilon = PrivacyArgument.Epsilon(epsilon, "budget.epsilon");
        Delta = PrivacyArgument.Delta(delta, "budget.delta");
    }

    /// <summary>ε in all.</summary>
    public double Epsilon { get; }

    /// <summary>δ in all.</summary>
    public double Delta { get; }
}
