using Federated.Privacy.Accounting;

namespace Federated.Aggregation.Grains.Tests;

/// <summary>Whatever the journal does at whatever append, the run ends with the same adapter and counts nothing twice.</summary>
public sealed class JournalFaultTests(SiloFixture silo) : IClassFixture<SiloFixture>
{
    private const int Appends = 20;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    // The same three nodes in every run, in the order of their ids, so that the merges have the same order and the same bits.
    private static readonly NodeIdentity[] Nodes =
    [
        .. Enumerable
            .Range(0, 3)
            .Select(_ => NodeIdentity.Create())
            .OrderBy(node => node.Id.Value, StringComparer.Ordinal),
    ];

    public static TheoryData<string> Faults() => [.. Enum.GetNames<MemoryJournal.Fault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_run_disturbed_at_any_append_ends_as_the_undisturbed_one(string fault)
    {
        var (digests, appended) = await RunAsync($"quiet-{fault}".ToLowerInvariant(), null, default);
        Assert.Equal(Appends, appended);
        for (var number = 1; number <= Appends; number++)
        {
            var name = $"{fault}-{number}".ToLowerInvariant();
            var (disturbed, _) = await RunAsync(name, number, Enum.Parse<MemoryJournal.Fault>(fault));
            Assert.True(digests.SequenceEqual(disturbed), $"append {number} disturbed: other adapters");
        }
    }

    // Three nodes, cohort of two, so that one is late in every version: version 1 = nodes 0, 1; 2 = nodes 0, 2 (τ 1); 3 = nodes 1 (τ 1), 2.
    private async Task<(string[] Digests, int Appends)> RunAsync(string name, int? disturbed, MemoryJournal.Fault fault)
    {
        using var federation = await Federation.JoinedAsync(
            silo,
            3,
            new() { Cohort = 2 },
            "crash-" + name,
            name,
            identities: Nodes
        );
        if (disturbed is { } number)
        {
            silo.Journal.FailAppend(federation.Stream, number, fault);
        }

        await Until(async () =>
            (await federation.GroupGrain.SubmitAsync(new(federation.Bytes, Federation.Layers))).Error is null
        );
        for (var node = 0; node < 3; node++)
        {
            var id = federation.Id(node);
            await Until(async () => (await federation.Run.ConsentAsync(id, true, "")).Admitted);
        }

        await federation.PublishedAsync(0, Retry);
        (int Node, long Base)[] script = [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (2, 2)];
        for (var i = 0; i < script.Length; i++)
        {
            await federation.PublishedAsync(i / 2, Retry);
            var offer = await federation.OfferAsync(script[i].Node, script[i].Base);
            await Until(async () =>
            {
                var answer = await federation.Run.AcceptAsync(offer);
                Assert.True(answer.Refused?.MayRetry ?? true, answer.Refused?.Message);
                Assert.Equal((i / 2) + 1, answer.Receipt?.AcceptedInto ?? (i / 2) + 1);
                return answer.Receipt is not null;
            });
        }

        await federation.UntilAsync(status => status.Phase == RunPhase.Completed, Retry);
        var versions = await federation.Run.VersionsAsync(0);
        Assert.Equal(
            "0/0,1/0;0/1,2/0;1/1,2/2",
            string.Join(
                ';',
                versions
                    .Skip(1)
                    .Select(version =>
                        string.Join(
                            ',',
                            version
                                .Updates.Select(update =>
                                    (
                                        Node: Array.FindIndex(federation.Nodes, node => node.Id.Value == update.NodeId),
                                        update.BaseVersion
                                    )
                                )
                                .Order()
                                .Select(update => $"{update.Node}/{update.BaseVersion}")
                        )
                    )
            )
        );
        Assert.Equal([0L, 1], versions[2].Updates.Select(update => update.Staleness).Order());
        // Start, version 0 and each publication append two events at once.
        return ([.. versions.Select(version => version.Digest)], federation.Kinds().Count - 5);
    }

    private async Task Until(Func<Task<bool>> done)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            try
            {
                if (await done())
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is ActivationSupersededException or IOException)
            {
                // The caller repeats its call.
            }

            silo.Time.Advance(Retry);
        }

        Assert.Fail("ten attempts");
    }
}
