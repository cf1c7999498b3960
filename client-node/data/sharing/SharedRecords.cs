using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>
/// The same records (or, where the budget is a person's, persons) under a second name would have a second budget: a source that shares some with another one of this home is refused, or, where
/// node.yaml says <c>sharedWith</c>, made one account with it.
/// </summary>
/// <remarks>
/// The answer depends on the data, so it stays on the machine: it is looked for before the silo is called, and the silo sees a node that does not come. A source that
/// has never been charged hinders nobody.
/// </remarks>
internal static class SharedRecords
{
    /// <summary>Links what node.yaml links, refuses what it does not, and keeps the sketch of the records before a plan can be charged to them.</summary>
    /// <param name="settings">The owner's decisions.</param>
    /// <param name="ledger">The home's ledger.</param>
    /// <param name="sketches">The home's sketches.</param>
    /// <param name="current">The records that the source has now.</param>
    /// <exception cref="SharedRecordsException">The source shares records with one that node.yaml does not link to it.</exception>
    public static void Settle(
        SourceSettings settings,
        PrivacyLedger ledger,
        SourceSketches sketches,
        RecordSketch current
    )
    {
        var source = settings.Name;
        var charged = ledger.ChargedSources.Where(other => other != source).ToList();
        foreach (var other in settings.SharedWith.Intersect(charged))
        {
            ledger.Link(source, other);
        }

        var kept = sketches.Read(source);
        foreach (var digest in kept?.Digests ?? [])
        {
            current.Add(digest); // records that it had before, and that runs were charged for
        }

        var account = ledger.SharedWith(source);
        foreach (var other in charged.Where(other => !account.Contains(other)))
        {
            if (sketches.Read(other) is not { } theirs)
            {
                throw new SharedRecordsException(source, other, "which records it held is not known here any more");
            }

            if (current.SharedWith(theirs) > 0)
            {
                throw new SharedRecordsException(source, other, "some of its records are in this source too");
            }
        }

        if (kept is null || !kept.Digests.SequenceEqual(current.Digests))
        {
            sketches.Keep(source, current);
        }
    }
}
