using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Federated.Adapters;
using Federated.Aggregation;
using Federated.Aggregation.Grains;
using Federated.Protocol;

namespace Federated.Silo;

/// <summary>
/// Makes every published version again from the journal and the blobs, and compares digests. Decisions are read, never made
/// again; merging is a pure function of what was frozen, so the same bytes must come out.
/// </summary>
internal sealed class RunReplay(IJournal journal, IBlobStore blobs)
{
    private readonly AdapterLayouts _layouts = new(blobs);

    private static readonly string[] Parts =
    [
        "adapter",
        "residual",
        "carried tail",
        "server optimizer's state",
        "centre",
    ];

    /// <summary>One verdict a published version, in order.</summary>
    /// <exception cref="UnreadableRunEventException">The stream was written by a later release.</exception>
    public async IAsyncEnumerable<VersionVerdict> ReplayAsync(
        string runDigest,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        RunState? state = null;
        (string Run, string Reason)? unreadable = null;
        var events = (await journal.ReadAsync(StreamNames.OfRun(runDigest), 0, cancellation))
            .Select(entry => RunEventCodec.Decode(entry.Kind, entry.Payload.Span))
            .ToList();
        var swept = SweptAt(events);
        foreach (var next in events)
        {
            if (next is VersionPublished published)
            {
                var (outcome, detail) = state is null
                    ? (VersionOutcome.NotReplayable, unreadable!.Value.Reason)
                    : await CheckAsync(state, published, swept, cancellation);
                var name = state?.Name ?? unreadable!.Value.Run;
                yield return new VersionVerdict(name, runDigest, published.Version, outcome, detail);
            }

            if (next is RunDrafted drafted)
            {
                try
                {
                    state = await BeginAsync(runDigest, drafted);
                }
                catch (InvalidAdapterOptionsException error)
                {
                    // The A factors that the run began with are gone, or are others now.
                    unreadable = (drafted.Name, error.Message);
                }
            }
            else
            {
                state = state?.Apply(next);
            }
        }
    }

    private async Task<RunState> BeginAsync(string runDigest, RunDrafted drafted)
    {
        var document = RunDocumentYaml.Parse(drafted.Document);
        var layers = drafted.Layers.Select(layer => new LinearLayer(layer.Path, layer.InFeatures, layer.OutFeatures));
        var layout = await _layouts.OfAsync(RunDocumentReading.Recipe(document, [.. layers]));
        return RunState.Start(RunDocumentReading.Terms(document, runDigest, layout), drafted);
    }

    private async Task<(VersionOutcome Outcome, string Detail)> CheckAsync(
        RunState before,
        VersionPublished published,
        IReadOnlyDictionary<UpdateKey, DateTimeOffset> swept,
        CancellationToken cancellation
    )
    {
        var layout = before.Terms.Layout;
        var plan = published.Version == 0 ? null : before.PlanMerge();
        var needed = plan is { Central: null } ? plan.Blobs : [];
        foreach (var digest in needed.Concat(DigestsOf(published).OfType<string>()))
        {
            var found = await DigestOfAsync(digest, cancellation);
            if (found != digest)
            {
                return found is null
                    ? Missing(digest, before, swept)
                    : (VersionOutcome.Wrong, $"blob {digest} now holds bytes with the digest {found}");
            }
        }

        if (plan is { Central: not null })
        {
            return (
                VersionOutcome.NotReplayable,
                "the silo's noise for central privacy was drawn once and is kept nowhere, and raw updates are deleted; what was published is unchanged"
            );
        }

        string?[] made = plan is null
            ?
            [
                DigestOf(AdapterBlob.Encode(AdapterBlobKind.Adapter, layout, layout.InitialValues())),
                null,
                null,
                null,
                null,
            ]
            : await MergeAgainAsync(plan, layout, cancellation);
        var kept = DigestsOf(published);
        // Releases that kept no centre published versions without one.
        var compared = published.Centre is null ? kept.Length - 1 : kept.Length;
        var differs = Enumerable.Range(0, compared).FirstOrDefault(i => made[i] != kept[i], -1);
        return differs < 0
            ? (VersionOutcome.Verified, $"made again from {plan?.Updates.Count ?? 0} update(s)")
            : (
                VersionOutcome.Wrong,
                $"{Parts[differs]} published as {kept[differs] ?? "nothing"}, and the replay gives {made[differs] ?? "nothing"}"
            );
    }

    // What retention has given up is gone by right; anything else that is gone was lost.
    private static (VersionOutcome, string) Missing(
        string digest,
        RunState before,
        IReadOnlyDictionary<UpdateKey, DateTimeOffset> swept
    )
    {
        var because = before
            .Accepted.Values.Where(update => update.Digest == digest && swept.ContainsKey(update.Key))
            .Select(update => (DateTimeOffset?)swept[update.Key])
            .FirstOrDefault();
        return because is { } at
            ? (
                VersionOutcome.NotReplayable,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"update {digest} was given up on {at:yyyy-MM-dd}, as retention.updates = {before.Terms.KeepUpdates} says; what was published is unchanged"
                )
            )
            : (VersionOutcome.Wrong, $"blob {digest} is missing, and no retention has given it up");
    }

    private static Dictionary<UpdateKey, DateTimeOffset> SweptAt(IEnumerable<RunEvent> events) =>
        events
            .OfType<UpdatesSwept>()
            .SelectMany(swept => swept.Updates.Select(update => (update, swept.At)))
            .ToDictionary(pair => pair.update, pair => pair.At);

    private async Task<string?[]> MergeAgainAsync(MergePlan plan, AdapterLayout layout, CancellationToken cancellation)
    {
        using var merged = await VersionMerge.MergeAsync(plan, layout, blobs.OpenAsync, cancellation);
        return
        [
            DigestOf(merged.Blob.Span),
            merged.Residual is { } residual ? DigestOf(residual) : null,
            merged.Tail is { } tail ? DigestOf(tail) : null,
            merged.OptimizerState is { } state ? DigestOf(state) : null,
            merged.Centre is { } centre ? DigestOf(centre) : null,
        ];
    }

    // In the order of Parts.
    private static string?[] DigestsOf(VersionPublished published) =>
        [
            published.Digest,
            published.Residual?.Digest,
            published.Tail?.Digest,
            published.OptimizerState,
            published.Centre,
        ];

    private static string DigestOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private async Task<string?> DigestOfAsync(string digest, CancellationToken cancellation)
    {
        try
        {
            await using var blob = await blobs.OpenAsync(digest, cancellation);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(blob, cancellation));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
