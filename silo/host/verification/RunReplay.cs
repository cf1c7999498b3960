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

    private static readonly string[] Parts = ["adapter", "residual", "carried tail", "server optimizer's state"];

    /// <summary>One verdict a published version, in order.</summary>
    /// <exception cref="UnreadableRunEventException">The stream was written by a later release.</exception>
    public async IAsyncEnumerable<VersionVerdict> ReplayAsync(
        string runDigest,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        RunState? state = null;
        (string Run, string Reason)? unreadable = null;
        foreach (var entry in await journal.ReadAsync(StreamNames.OfRun(runDigest), 0, cancellation))
        {
            var next = RunEventCodec.Decode(entry.Kind, entry.Payload.Span);
            if (next is VersionPublished published)
            {
                var (outcome, detail) = state is null
                    ? (VersionOutcome.NotReplayable, unreadable!.Value.Reason)
                    : await CheckAsync(state, published, cancellation);
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
                    ? (VersionOutcome.NotReplayable, $"blob {digest} is no longer kept")
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
            ? [DigestOf(AdapterBlob.Encode(AdapterBlobKind.Adapter, layout, layout.InitialValues())), null, null, null]
            : await MergeAgainAsync(plan, layout, cancellation);
        var kept = DigestsOf(published);
        var differs = Enumerable.Range(0, kept.Length).FirstOrDefault(i => made[i] != kept[i], -1);
        return differs < 0
            ? (VersionOutcome.Verified, $"made again from {plan?.Updates.Count ?? 0} update(s)")
            : (
                VersionOutcome.Wrong,
                $"{Parts[differs]} published as {kept[differs] ?? "nothing"}, and the replay gives {made[differs] ?? "nothing"}"
            );
    }

    private async Task<string?[]> MergeAgainAsync(MergePlan plan, AdapterLayout layout, CancellationToken cancellation)
    {
        using var merged = await VersionMerge.MergeAsync(plan, layout, blobs.OpenAsync, cancellation);
        return
        [
            DigestOf(merged.Blob.Span),
            merged.Residual is { } residual ? DigestOf(residual) : null,
            merged.Tail is { } tail ? DigestOf(tail) : null,
            merged.OptimizerState is { } state ? DigestOf(state) : null,
        ];
    }

    // In the order of Parts.
    private static string?[] DigestsOf(VersionPublished published) =>
        [published.Digest, published.Residual?.Digest, published.Tail?.Digest, published.OptimizerState];

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
