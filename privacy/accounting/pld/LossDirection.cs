namespace Federated.Privacy.Accounting.Pld;

/// <summary>Which of the two neighbouring data sets the privacy loss is measured from. A guarantee needs both, each composed by itself.</summary>
internal enum LossDirection
{
    /// <summary>P holds the unit, Q does not: losses in (ln(1−q), ∞).</summary>
    Remove,

    /// <summary>P does not hold the unit, Q does: losses in (−∞, −ln(1−q)).</summary>
    Add,
}
