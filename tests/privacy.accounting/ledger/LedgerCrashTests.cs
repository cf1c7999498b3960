namespace Federated.Privacy.Accounting.Tests;

public sealed class LedgerCrashTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_cut_at_any_byte_holds_its_whole_lines_or_is_refused()
    {
        var (whole, _) = Fill();
        var header = Array.IndexOf(whole, (byte)'\n') + 1;
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(Ledger, whole[..length]);
            if (length < header)
            {
                Assert.Throws<LedgerCorruptException>(() => PrivacyLedger.Read(Ledger));
                continue;
            }

            var lines = whole.AsSpan(header, length - header).Count((byte)'\n');
            Assert.Equal(lines, PrivacyLedger.Read(Ledger).Entries.Count);
        }
    }

    [Fact]
    public void After_a_crash_in_the_last_line_work_goes_on_before_it()
    {
        var (whole, before) = Fill();
        for (var length = before.Length; length < whole.Length; length += 9)
        {
            File.WriteAllBytes(Ledger, whole[..length]);
            using (var ledger = PrivacyLedger.Open(Ledger, Some.Time))
            {
                Assert.Equal(3, ledger.Head.Sequence);
                var id = ledger.Entries[0].ReservationId;
                ledger.Release(id, Some.Digest("u"), "receipt");
                Assert.Equal(4, ledger.Head.Sequence);
            }

            Assert.Equal(4, PrivacyLedger.Read(Ledger).Head.Sequence);
        }
    }

    [Fact]
    public void A_file_cut_before_its_anchor_is_no_crash_and_nothing_is_spent()
    {
        var anchors = new AnchorFiles(_folder.File("anchors/ledger.json"), _folder.File("anchors/silo.json"));
        var (whole, before) = Fill(anchors);
        foreach (var length in new[] { before.Length, before.Length + 1, whole.Length - 1 })
        {
            File.WriteAllBytes(Ledger, whole[..length]);
            using var ledger = PrivacyLedger.Open(Ledger, Some.Time, anchors);
            Assert.Throws<LedgerRolledBackException>(() => ledger.Reserve(Some.Plan("another")));
        }
    }

    [Fact]
    public async Task A_process_killed_at_any_moment_loses_nothing_that_it_was_told_is_written()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var anchors = LedgerVictim.Anchors(_folder.Path);
        var known = new List<LedgerHead>();
        foreach (var lines in new[] { 1, 7, 20, 33 })
        {
            using var victim = LedgerVictim.Start(_folder.Path);
            for (var line = 0; line < lines; line++)
            {
                var words = (await victim.StandardOutput.ReadLineAsync(cancellation))!.Split(' ');
                known.Add(new LedgerHead(long.Parse(words[0], null), words[1]));
            }

            victim.Kill();
            await victim.WaitForExitAsync(cancellation);

            using var ledger = PrivacyLedger.Open(Ledger, Some.Time, anchors);
            Assert.Null(ledger.Gap);
            foreach (var head in known)
            {
                ledger.Compare(head);
            }

            ledger.Reserve(LedgerVictim.Plan($"after {lines}"));
        }
    }

    [Fact]
    public async Task Of_two_processes_the_second_is_refused_and_changes_nothing()
    {
        using var victim = LedgerVictim.Start(_folder.Path);
        try
        {
            await victim.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            var error = Assert.Throws<LedgerLockedException>(() => PrivacyLedger.Open(Ledger, Some.Time));
            Assert.Contains("another process", error.Message, StringComparison.Ordinal);
            Assert.NotEmpty(PrivacyLedger.Read(Ledger).Entries);
        }
        finally
        {
            victim.Kill();
            await victim.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_disk_that_is_full_is_told_and_loses_nothing()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("needs a limit on the size of files, as Linux has it");
        }

        using var victim = LedgerVictim.Start(_folder.Path, kibibytes: 16);
        var last = "";
        while (await victim.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            last = line;
        }

        await victim.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith(nameof(LedgerUnavailableException), last, StringComparison.Ordinal);
        Assert.Contains("free space", last, StringComparison.Ordinal);
        using var ledger = PrivacyLedger.Open(Ledger, Some.Time, LedgerVictim.Anchors(_folder.Path));
        Assert.Null(ledger.Gap);
        Assert.True(ledger.Head.Sequence > 10);
        ledger.Reserve(LedgerVictim.Plan("room again"));
    }

    [Theory]
    [InlineData("ledger.jsonl")]
    [InlineData("ledger.jsonl.lock")]
    [InlineData("ledger.jsonl.fence")]
    [InlineData("anchors")]
    [InlineData("anchors/ledger.json")]
    public void Where_nothing_can_be_written_the_refusal_says_so(string taken)
    {
        // A folder, or for the anchors' folder a file, in its place: unlike rights, that stops every user.
        Directory.CreateDirectory(_folder.File("anchors"));
        if (taken == "anchors")
        {
            Directory.Delete(_folder.File(taken));
            File.WriteAllText(_folder.File(taken), "");
        }
        else
        {
            Directory.CreateDirectory(_folder.File(taken));
        }

        var error = Assert.ThrowsAny<LedgerException>(() =>
        {
            using var ledger = PrivacyLedger.Open(Ledger, Some.Time, LedgerVictim.Anchors(_folder.Path));
            ledger.Reserve(LedgerVictim.Plan("run"));
        });
        Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_system_that_takes_no_file_is_told()
    {
        if (!Directory.Exists("/proc/self"))
        {
            Assert.Skip("needs /proc, which takes files from nobody");
        }

        var error = Assert.Throws<LedgerUnavailableException>(() =>
            PrivacyLedger.Open("/proc/self/ledger.jsonl", Some.Time)
        );
        Assert.Contains("writable folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ledger_of_the_first_release_is_read_and_goes_on()
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "golden", "privacy-ledger-form1.jsonl"), Ledger);
        using var ledger = PrivacyLedger.Open(Ledger, Some.Time);
        Assert.Equal(10, ledger.Head.Sequence);
        var status = ledger.Status("patients");
        Assert.Equal((2.627170960598959 + 0.5, 20), (status.CertifiedEpsilon, status.StepsDone));
        Assert.Equal(PlanComposition.Basic, status.Composition);
        Assert.Contains(ledger.Entries, entry => entry is ReservedEntry { Plan.IsPrivate: false });
        ledger.Reserve(Some.Plan("next") with { Budget = new PrivacyBudget(16, 1e-5) });
    }

    [Fact]
    public void A_tail_of_zeros_after_a_power_cut_is_dropped()
    {
        var (_, before) = Fill();
        File.WriteAllBytes(Ledger, [.. before, .. new byte[300]]);
        using var ledger = PrivacyLedger.Open(Ledger, Some.Time);
        Assert.Equal(3, ledger.Head.Sequence);
    }

    [Fact]
    public void A_changed_byte_anywhere_is_found()
    {
        var (whole, _) = Fill();
        for (var at = 0; at < whole.Length; at++)
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 1;
            File.WriteAllBytes(Ledger, changed);
            if (at == whole.Length - 1)
            {
                // The last line break alone makes a torn line.
                Assert.Equal(3, PrivacyLedger.Read(Ledger).Head.Sequence);
                continue;
            }

            Assert.Throws<LedgerCorruptException>(() => PrivacyLedger.Read(Ledger));
        }
    }

    [Fact]
    public void A_line_removed_doubled_or_swapped_is_found()
    {
        Fill();
        var lines = File.ReadAllLines(Ledger);
        foreach (
            var forged in new string[][]
            {
                [lines[0], .. lines[2..]],
                [.. lines[..2], lines[1], .. lines[2..]],
                [lines[0], lines[2], lines[1], .. lines[3..]],
                lines[1..],
            }
        )
        {
            File.WriteAllText(Ledger, string.Join('\n', forged) + "\n");
            Assert.Throws<LedgerCorruptException>(() => PrivacyLedger.Open(Ledger, Some.Time));
        }
    }

    [Fact]
    public void A_file_that_is_no_ledger_is_left_alone()
    {
        File.WriteAllText(Ledger, "name: support-assistant\n");
        Assert.Throws<LedgerCorruptException>(() => PrivacyLedger.Open(Ledger, Some.Time));
        Assert.Equal("name: support-assistant\n", File.ReadAllText(Ledger));
    }

    private string Ledger => _folder.File("ledger.jsonl");

    private (byte[] Whole, byte[] WithoutLastLine) Fill(AnchorFiles? anchors = null)
    {
        using (var ledger = PrivacyLedger.Open(Ledger, Some.Time, anchors))
        {
            var id = ledger.Reserve(LedgerVictim.Plan("run")).ReservationId;
            ledger.Seal(id, Some.Digest("u"), 0, 1);
            ledger.Seal(id, Some.Digest("v"), 1, 1);
            ledger.Release(id, Some.Digest("u"), "receipt");
        }

        var whole = File.ReadAllBytes(Ledger);
        return (whole, whole[..(whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1)]);
    }
}
