using Federated.Lab.Simulate;
using Federated.Silo;

namespace Federated.Lab.Tests.Simulate;

public sealed class SimulationTests
{
    private const int Nodes = 12;

    private static readonly WorkTimeOptions Spread = new()
    {
        Distribution = WorkTimeDistribution.LogNormal,
        Typical = TimeSpan.FromMinutes(4),
        Spread = 1,
        StragglerShare = 0.2,
        StragglerFactor = 5,
        DropOut = 0.1,
    };

    private static readonly Population Population = Population.Create(
        7,
        Nodes,
        new() { MeanParticipation = 0.4, ParticipationFloor = 0.1 }
    );

    [Fact]
    public async Task The_same_options_give_the_same_journal_to_the_byte_and_another_seed_another_one()
    {
        var first = await RunAsync(seed: 7);
        var again = await RunAsync(seed: 7);
        var other = await RunAsync(seed: 8);
        Assert.Equal(first.JournalDigest, again.JournalDigest);
        Assert.NotEqual(first.JournalDigest, other.JournalDigest);
        Assert.Contains(first.Versions, version => version.Staleness.Keys.Any(staleness => staleness > 0));
        Assert.True(first.LostWork > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(47)]
    public async Task A_simulation_that_was_stopped_and_resumed_has_the_journal_of_one_that_was_not(int stopAfter)
    {
        var undisturbed = await RunAsync(seed: 7);
        using var folder = new TemporaryFolder();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        // In the middle of a version: some have sent their updates for it, others are at work, late ones among them.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            RunAsync(seed: 7, folder.Path, cancellation: stop.Token, work: Work)
        );
        var resumed = await RunAsync(seed: 7, folder.Path);

        void Work(int updates)
        {
            if (updates == stopAfter)
            {
                stop.Cancel();
            }
        }

        Assert.Equal(undisturbed.JournalDigest, resumed.JournalDigest);
        Assert.Equal(
            undisturbed.Versions.Select(version => version with { Updates = [] }),
            resumed.Versions.Select(version => version with { Updates = [] })
        );

        // What fedsilo verify does.
        using var data = DataFolder.Open(folder.Path);
        await using var journal = new SqliteJournal(data.JournalFile);
        var replay = new RunReplay(journal, new FileBlobStore(data.BlobFolder));
        var verdicts = new List<VersionVerdict>();
        foreach (var stream in await journal.StreamsAsync("run/", TestContext.Current.CancellationToken))
        {
            await foreach (
                var verdict in replay.ReplayAsync(stream["run/".Length..], TestContext.Current.CancellationToken)
            )
            {
                verdicts.Add(verdict);
            }
        }

        Assert.Equal(resumed.Versions.Count, verdicts.Count);
        Assert.All(verdicts, verdict => Assert.Equal(VersionOutcome.Verified, verdict.Outcome));
    }

    [Fact]
    public async Task A_run_that_needs_no_deadline_asks_the_nodes_again_until_its_cohort_is_there()
    {
        var document = Simulated.Document(Nodes, 10, Simulated.FedAu());
        document = document with { Rounds = document.Rounds with { Close = new() { Cohort = 8 } } };
        var result = await RunAsync(seed: 7, document: document);
        Assert.Equal(10, result.Versions[^1].Version);
        Assert.All(result.Versions.Skip(1), version => Assert.True(version.Participants >= 8));
        Assert.True(result.Rounds > 10);
    }

    [Fact]
    public async Task A_buffer_of_updates_merges_late_ones()
    {
        var document = Simulated.Document(Nodes, 20, Simulated.FedAu());
        document = document with
        {
            Rounds = document.Rounds with
            {
                Close = new() { Buffer = 3, Deadline = TimeSpan.FromHours(10) },
            },
        };
        var result = await RunAsync(seed: 7, document: document);
        Assert.Contains(result.Versions, version => version.Staleness.Keys.Any(staleness => staleness > 2));
        Assert.All(result.Versions.Skip(1), version => Assert.Equal(3, version.Updates.Count));
    }

    [Fact]
    public async Task Rounds_without_anybody_are_counted_and_make_no_version()
    {
        using var task = QuadraticTask.Of(7, Population, 2);
        var plan = new SimulationPlan
        {
            Document = Simulated.Document(2, 2, Simulated.FedAu()),
            Keys = VirtualKey.All(1, 2),
            Seed = 1,
            Participation = () => RecordedParticipation.Read(new StringReader("2,0\n5,node-1"), 2),
        };
        var result = await Simulated.RunAsync(plan, task);
        Assert.Equal((6, 4), (result.Rounds, result.EmptyRounds));
        Assert.Equal([0L, 3, 6], result.Versions.Select(version => version.Rounds));
        var short_ = plan with { Document = Simulated.Document(2, 3, Simulated.FedAu()) };
        var error = await Assert.ThrowsAsync<SimulationException>(() => Simulated.RunAsync(short_, task));
        Assert.Contains("nobody takes part any more after round 6", error.Message, StringComparison.Ordinal);
    }

    private static async Task<SimulationResult> RunAsync(
        long seed,
        string? folder = null,
        CancellationToken? cancellation = null,
        Protocol.RunDocument? document = null,
        Action<int>? work = null
    )
    {
        var updates = 0;
        using var task = new WatchedTask(
            QuadraticTask.Of(7, Population, 3),
            (_, _) => work?.Invoke(Interlocked.Increment(ref updates))
        );
        var plan = new SimulationPlan
        {
            Document = task.Fit(document ?? Simulated.Document(Nodes, 20, Simulated.FedAu())),
            Keys = VirtualKey.All(seed, Nodes),
            Seed = seed,
            Participation = () => new MarkovParticipation(seed, Population.Probabilities, 0.3),
            Times = Spread,
            DataFolder = folder,
        };
        return await Simulation.RunAsync(plan, task, _ => { }, cancellation ?? TestContext.Current.CancellationToken);
    }
}
