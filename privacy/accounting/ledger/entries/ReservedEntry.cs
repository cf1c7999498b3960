namespace Federated.Privacy.Accounting;

/// <summary>A whole plan was charged, before any record was touched.</summary>
public sealed record ReservedEntry : LedgerEntry
{
    /// <summary>The plan.</summary>
    public required ReservationRequest Plan { get; init; }

    /// <summary>δ that the plan takes from the source's budget.</summary>
    public required double Delta { get; init; }

    /// <summary>ε of the whole plan at that δ; null for a plan without a guarantee.</summary>
    public required double? Epsilon { get; init; }

    /// <summary>The accountant whose bound it is. The plan stands beside it, so that any other can recompute it.</summary>
    public required string Accountant { get; init; }

    /// <summary>Which release of this library computed it; empty in entries of the first one.</summary>
    public string AccountantVersion { get; init; } = "";
}
