namespace Federated.ClientNode;

/// <summary>The marker beside the records does not name this home. Nothing was sent and nothing was charged.</summary>
internal sealed class DataMarkerException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="dataFile">The records.</param>
    /// <param name="marker">The file beside them.</param>
    /// <param name="why">What is known about it.</param>
    public DataMarkerException(string dataFile, string marker, string why)
        : base(
            $"data {dataFile}: refused, since {marker} {why}: two homes on the same records would have two budgets. "
                + "Use --home of the first one. If that is gone for good, start once with --adopt-data, or delete the marker: "
                + "then what it spent is not in this ledger, so lower source.budget.epsilon by it"
        ) { }
}
