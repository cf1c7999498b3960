namespace Federated.ClientNode.Tests;

/// <summary>What is kept of an attempt after each noisy step, and who may go on with it.</summary>
public sealed class AttemptTests : IDisposable
{
    private static readonly ConsentedRun Run = Some.Consented(Some.Run(), Some.Settings("data.jsonl"));
    private static readonly TrainingBase From = new(0, 3, new string('a', 64), new([], null));
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Only_the_same_reservation_epoch_and_base_goes_on_with_it()
    {
        using var home = NodeHome.OpenToWork(_folder.Path);
        Open(home, Run, From).Write(() => [1, 2, 3]);

        Assert.Equal([1, 2, 3], Open(home, Run, From).Read()!);
        Assert.Null(Open(home, Run, From with { Version = 4 }).Read());
        Assert.Null(Open(home, Run, From with { Epoch = 1 }).Read());
        Assert.Null(Open(home, Run, From with { Digest = new string('b', 64) }).Read());
        Assert.Null(Open(home, Run with { ReservationId = "another" }, From).Read());
        AttemptFile.Remove(home, Run.Digest);
        Assert.Null(Open(home, Run, From).Read());
        AttemptFile.Remove(home, Run.Digest);
    }

    [Fact]
    public void A_state_that_is_not_whole_is_no_state()
    {
        using var home = NodeHome.OpenToWork(_folder.Path);
        Open(home, Run, From).Write(() => [1, 2, 3]);
        var file = Path.Combine(home.RunFolder(Run.Digest), "attempt.bin");
        var bytes = File.ReadAllBytes(file);

        File.WriteAllBytes(file, bytes[..^1]);
        Assert.Null(Open(home, Run, From).Read());
        File.WriteAllBytes(file, [.. bytes[..^1], 9]);
        Assert.Null(Open(home, Run, From).Read());
        File.WriteAllBytes(file, []);
        Assert.Null(Open(home, Run, From).Read());
    }

    [Fact]
    public async Task A_run_that_is_over_leaves_no_attempt()
    {
        using var node = new NodeUnderTest(Some.Run(versions: 1));
        var attempt = Path.Combine(node.Folder, "runs", node.Silo.RunDigest, "attempt.bin");
        node.Silo.BeforeCheckIn = () =>
        {
            if (Directory.Exists(Path.GetDirectoryName(attempt)))
            {
                File.WriteAllBytes(attempt, [1]); // as by a kill behind a seal
            }

            return null;
        };

        await node.RunAsync();

        Assert.False(File.Exists(attempt));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task A_node_killed_between_steps_goes_on_at_the_last_one_kept(int killAfter, bool isDamaged)
    {
        using var undisturbed = new NodeUnderTest(Some.Run(steps: 5));
        await undisturbed.RunAsync();
        using var node = new NodeUnderTest(Some.Run(steps: 5));
        var steps = new List<int>();
        var killed = false;
        CountingTraining Count(ILocalTraining inner) =>
            new(inner, [])
            {
                Step = (version, step) =>
                {
                    if (version == 1)
                    {
                        steps.Add(step);
                    }

                    if (version == 1 && step == killAfter && !killed)
                    {
                        killed = true;
                        throw new KilledException();
                    }
                },
            };

        await Assert.ThrowsAsync<KilledException>(() => node.RunAsync(Count));
        var file = Path.Combine(node.Folder, "runs", node.Silo.RunDigest, "attempt.bin");
        if (isDamaged)
        {
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
        }

        Assert.Equal(LoopEnd.Completed, await node.RunAsync(Count));

        // From the last step that was kept (not every one is), or, where nothing whole was, from the first; and the same adapter to the bit.
        Assert.Equal(Enumerable.Range(1, killAfter), steps.Take(killAfter));
        var resumedAt = steps[killAfter];
        Assert.InRange(resumedAt, isDamaged ? 1 : 2, isDamaged ? 1 : killAfter + 1);
        Assert.Equal(Enumerable.Range(resumedAt, 6 - resumedAt), steps.Skip(killAfter));
        Assert.Equal(undisturbed.Silo.FinalDigest, node.Silo.FinalDigest);
        Assert.False(File.Exists(file));
        Assert.Single(node.Ledger().Entries.OfType<Federated.Privacy.Accounting.ReservedEntry>());
    }

    [Fact]
    public async Task What_was_lost_is_drawn_afresh_in_a_private_run()
    {
        // Two nodes with the same home up to the kill: the draws after it differ.
        var finals = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1, steps: 3));
            var killed = false;
            CountingTraining Kill(ILocalTraining inner) =>
                new(inner, [])
                {
                    Step = (_, step) =>
                    {
                        if (step == 2 && !killed)
                        {
                            killed = true;
                            throw new KilledException();
                        }
                    },
                };
            await Assert.ThrowsAsync<KilledException>(() => node.RunAsync(Kill));
            Assert.Equal(LoopEnd.Completed, await node.RunAsync());
            finals.Add(node.Silo.FinalDigest);
            Assert.Single(node.Silo.Received);
        }

        Assert.Equal(2, finals.Distinct().Count());
    }

    public void Dispose() => _folder.Dispose();

    private static AttemptFile Open(NodeHome home, ConsentedRun run, TrainingBase from) =>
        new(home, run, from, TimeProvider.System);
}
