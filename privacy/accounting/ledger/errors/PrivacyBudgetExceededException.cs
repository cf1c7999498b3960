using System.Globalization;

namespace Federated.Privacy.Accounting;

/// <summary>A plan would take a source over its owner's budget. Nothing was charged and nothing may be trained.</summary>
public sealed class PrivacyBudgetExceededException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="source">The owner's name for the data.</param>
    /// <param name="quantity"><c>epsilon</c>, <c>delta</c> or <c>steps</c>.</param>
    /// <param name="spent">Charged so far.</param>
    /// <param name="requested">What the plan would add.</param>
    /// <param name="budget">What the owner allows.</param>
    /// <param name="fix">What the owner can do.</param>
    public PrivacyBudgetExceededException(
        string source,
        string quantity,
        double spent,
        double requested,
        double budget,
        string fix
    )
        : base(
            string.Create(
                CultureInfo.InvariantCulture,
                $"source '{source}': {quantity} spent {spent:G6} + requested {requested:G6} exceeds the budget {budget:G6}; {fix}"
            )
        ) => (SourceName, Quantity, Spent, Requested, Budget) = (source, quantity, spent, requested, budget);

    /// <summary>The owner's name for the data.</summary>
    public string SourceName { get; }

    /// <summary><c>epsilon</c>, <c>delta</c> or <c>steps</c>.</summary>
    public string Quantity { get; }

    /// <summary>Charged so far.</summary>
    public double Spent { get; }

    /// <summary>What the plan would add.</summary>
    public double Requested { get; }

    /// <summary>What the owner allows.</summary>
    public double Budget { get; }
}
