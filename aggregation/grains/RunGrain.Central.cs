using Microsoft.Extensions.DependencyInjection;

namespace Federated.Aggregation.Grains;

// Runs with central privacy: nodes are charged before a release, and raw updates are gone after it.
internal sealed partial class RunGrain
{
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);

    // A node may send the same bytes to another run, which goes on needing them.
    private string? OwnerOfUpdates(RunState state) => state.Terms.Central is null ? null : RunDigest;

    /// <summary>Charges the nodes of the closed version; the reason when it may not be released.</summary>
    private string? ChargeCentrally(RunState state)
    {
        if (state.Terms.Central is not { } central)
        {
            return null;
        }

        if (ServiceProvider.GetService<ICentralLedger>() is not { } ledger)
        {
            return "aggregation.centralPrivacy: this silo keeps no ledger of its releases";
        }

        var merged = state.Open!.Decisions!.Value.Where(decision => !decision.Dropped);
        return ledger.Charge(RunDigest, [.. merged.Select(decision => decision.NodeId).Distinct()], central);
    }

    // What was merged, dropped or never will be: a raw update is kept only as long as its version is open.
    private async Task DeleteRawUpdatesAsync()
    {
        if (_state is not { Terms.Central: not null } state)
        {
            return;
        }

        // The same bytes may stand for an older update and for one that is still to be merged.
        var needed = state.Phase.HasEnded()
            ? []
            : (state.Open?.Updates.Values ?? []).Select(update => update.Digest).ToHashSet();
        _deleted.ExceptWith(needed);
        foreach (var digest in state.Accepted.Values.Select(update => update.Digest))
        {
            if (!needed.Contains(digest) && _deleted.Add(digest))
            {
                await blobs.DeleteAsync(BlobNames.Of(digest, OwnerOfUpdates(state)));
            }
        }
    }
}
