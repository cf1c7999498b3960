using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>What would be sealed for a run that the owner has accepted, or still may.</summary>
/// <param name="RunDigest">The run.</param>
/// <param name="Name">Its name.</param>
/// <param name="Answer">Where the owner's answer stands.</param>
/// <param name="Updates">Updates at most.</param>
/// <param name="Sealed">Sealed so far.</param>
/// <param name="Steps">Local steps of one.</param>
/// <param name="BytesEach">Bytes of one.</param>
/// <param name="Mechanism">What noises it.</param>
internal sealed record PlannedUpdates(
    string RunDigest,
    string Name,
    ConsentAnswer Answer,
    int Updates,
    int Sealed,
    int Steps,
    long BytesEach,
    string Mechanism
)
{
    /// <summary>Bytes that are still to be written.</summary>
    public long BytesToCome => Math.Max(0, Updates - Sealed) * BytesEach;

    /// <summary>Those of all runs that are not over.</summary>
    /// <param name="home">The node.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="ledger">Its ledger; null = none yet.</param>
    public static IReadOnlyList<PlannedUpdates> Of(NodeHome home, NodeSettings settings, LedgerSnapshot? ledger)
    {
        var offers = new OfferedRuns(home, TimeProvider.System);
        return
        [
            .. offers
                .Digests.Select(digest => (Digest: digest, Answer: offers.Decision(digest)?.Answer))
                .Where(run => run.Answer is ConsentAnswer.Accepted or ConsentAnswer.Pending)
                .Select(run => Of(run.Digest, run.Answer!.Value, offers.Document(run.Digest)!, settings, ledger))
                .OfType<PlannedUpdates>(),
        ];
    }

    private static PlannedUpdates? Of(
        string digest,
        ConsentAnswer answer,
        RunDocument run,
        NodeSettings settings,
        LedgerSnapshot? ledger
    )
    {
        if (!settings.Models.TryGetValue(run.BaseModel.Name, out var folder))
        {
            return null;
        }

        var layout = AdaptedModel.LayoutOf(run, folder);
        var precision = BlobPrecisions.Parse(run.Adapter.UpdateDtype);
        var reservations = (ledger?.Entries ?? [])
            .OfType<ReservedEntry>()
            .Where(entry => entry.Plan.RunDigest == digest)
            .Select(entry => entry.ReservationId)
            .ToHashSet(StringComparer.Ordinal);
        return new(
            digest,
            RunName.Of(run),
            answer,
            run.Rounds.Versions,
            (ledger?.Entries ?? []).OfType<SealedEntry>().Count(entry => reservations.Contains(entry.ReservationId)),
            run.Local.Steps,
            // A run that trains the factors in turn seals the one or the other.
            Math.Max(
                AdapterBlob.ByteLength(layout.TrainedAt(0), precision),
                AdapterBlob.ByteLength(layout.TrainedAt(1), precision)
            ),
            Sealer.MechanismOf(run.Privacy)
        );
    }
}
