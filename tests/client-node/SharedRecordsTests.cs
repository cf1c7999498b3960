using Federated.Privacy.Accounting;

namespace Federated.ClientNode.Tests;

public sealed class SharedRecordsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly NodeHome _home;
    private readonly PrivacyLedger _ledger;

    public SharedRecordsTests()
    {
        _home = NodeHome.OpenToWork(_folder.Path);
        _ledger = PrivacyLedger.Open(_home.LedgerFile, TimeProvider.System, _home.LedgerAnchors);
    }

    public void Dispose()
    {
        _ledger.Dispose();
        _home.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void One_shared_record_is_refused_and_none_is_not()
    {
        Settle("notes", ["a", "b", "c"]);
        Charge("notes");
        Settle("trials", ["d", "e"]);

        var error = Assert.Throws<SharedRecordsException>(() => Settle("copies", ["e", "c"]));

        Assert.Contains("sharedWith: [notes]", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, CommandRun.CodeOf(error));
        Assert.False(Directory.GetFiles(_home.SourcesFolder).Length > 2);
    }

    [Fact]
    public void A_source_that_was_never_charged_hinders_nobody()
    {
        Settle("notes", ["a", "b"]);
        Settle("renamed", ["a", "b"]);
        Assert.Empty(_ledger.Entries);
    }

    [Fact]
    public void Records_that_a_source_had_before_are_remembered()
    {
        Settle("notes", ["a", "b"]);
        Charge("notes");
        Settle("notes", ["c"]);

        Assert.Throws<SharedRecordsException>(() => Settle("copies", ["b"]));
    }

    [Fact]
    public void Sources_that_node_yaml_links_are_one_account_for_good()
    {
        Settle("notes", ["a", "b"]);
        Charge("notes");

        Settle("copies", ["a"], "notes", "never-heard-of");
        Settle("copies", ["a"]);

        Assert.Single(_ledger.Entries.OfType<LinkedEntry>());
        Assert.Equal(_ledger.Status("notes").CertifiedEpsilon, _ledger.Status("copies").CertifiedEpsilon);
    }

    [Fact]
    public void A_charged_source_whose_records_are_not_known_is_refused()
    {
        Charge("old");
        var error = Assert.Throws<SharedRecordsException>(() => Settle("new", ["a"]));
        Assert.Contains("not known here", error.Message, StringComparison.Ordinal);
        Settle("old", ["a"]);
    }

    [Fact]
    public void A_lost_key_or_a_damaged_sketch_is_no_way_around()
    {
        Settle("notes", ["a"]);
        Charge("notes");
        var sketch = Directory.GetFiles(_home.SourcesFolder).Single();
        var whole = File.ReadAllBytes(sketch);
        File.Delete(_home.SketchKeyFile);
        Assert.Throws<NodeHomeException>(() => Settle("copies", ["a"]));

        whole[^40] ^= 1;
        File.WriteAllBytes(sketch, whole);
        Assert.Throws<NodeHomeException>(() => Settle("copies", ["a"]));
    }

    [Fact]
    public void Sketches_and_their_key_are_for_the_owner_alone()
    {
        Settle("notes", ["a"]);
        if (OperatingSystem.IsWindows())
        {
            return; // has no Unix file modes
        }

        foreach (var file in Directory.GetFiles(_home.SourcesFolder).Append(_home.SketchKeyFile))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    private void Settle(string source, string[] texts, params string[] sharedWith)
    {
        var sketches = SourceSketches.Open(_home);
        var sketch = sketches.Empty();
        foreach (var text in texts)
        {
            sketch.Add(new TextRecord(text, null));
        }

        var settings = Some.Settings("data.jsonl").Source with { Name = source, SharedWith = sharedWith };
        SharedRecords.Settle(settings, _ledger, sketches, sketch);
    }

    private void Charge(string source) =>
        _ledger.Reserve(
            new ReservationRequest
            {
                Source = source,
                RunDigest = new string('1', 64),
                SamplingRate = 1,
                NoiseMultiplier = 4,
                Steps = 4,
                MaxGradNorm = 1,
                Unit = "record",
                Budget = new PrivacyBudget(8, 1e-5),
            }
        );
}
