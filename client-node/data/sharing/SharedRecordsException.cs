namespace Federated.ClientNode;

/// <summary>A source holds records that have spent under another name. Nothing was sent and nothing was charged.</summary>
internal sealed class SharedRecordsException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="source">The source that node.yaml names.</param>
    /// <param name="other">The one that was charged before.</param>
    /// <param name="why">What is known about the two.</param>
    public SharedRecordsException(string source, string other, string why)
        : base(
            $"source {source}: refused, since source {other} has spent here and {why}: the same records under two names would have two budgets. "
                + $"Write source.sharedWith: [{other}] in node.yaml to charge both, or use other records"
        ) { }
}
