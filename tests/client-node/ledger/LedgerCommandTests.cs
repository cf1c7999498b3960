using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode.Tests;

/// <summary><c>fednode ledger</c> as a process: exit codes, one sentence of error, JSON.</summary>
public sealed class LedgerCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Home => _folder.File("home");

    private string Ledger => Path.Combine(Home, "ledger.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Show_and_status_give_both_numbers()
    {
        Fill();

        var (exit, text, _) = await FednodeProcess.RunAsync($"ledger show --home {Home}");
        Assert.Equal(0, exit);
        Assert.Contains("certified:", text, StringComparison.Ordinal);
        Assert.Contains("if stopped now:", text, StringComparison.Ordinal);

        (exit, text, _) = await FednodeProcess.RunAsync($"ledger show --home {Home} --json");
        Assert.Equal(0, exit);
        using var json = JsonDocument.Parse(text);
        var source = json.RootElement.GetProperty("sources")[0];
        Assert.True(
            source.GetProperty("certifiedEpsilon").GetDouble() > source.GetProperty("epsilonOfStepsDone").GetDouble()
        );
        Assert.Equal("basic", source.GetProperty("composition").GetString());

        (exit, text, _) = await FednodeProcess.RunAsync($"status --home {Home}");
        Assert.Equal(0, exit);
        Assert.Contains("certified ε", text, StringComparison.Ordinal);
        Assert.Contains("if stopped now by a rule fixed beforehand: ε", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exported_statement_is_verified_anywhere_and_a_forged_one_is_not()
    {
        Fill();
        var file = _folder.File("clinic.json");

        Assert.Equal(0, (await FednodeProcess.RunAsync($"ledger export --home {Home} --out {file}")).Exit);
        var (exit, text, _) = await FednodeProcess.RunAsync($"ledger verify --statement {file} --json");
        Assert.Equal(0, exit);
        using (var json = JsonDocument.Parse(text))
        {
            Assert.True(json.RootElement.GetProperty("holds").GetBoolean());
            var plan = json.RootElement.GetProperty("plans")[0];
            Assert.Equal("holds", plan.GetProperty("verdict").GetString());
            Assert.Equal(
                plan.GetProperty("plan").GetProperty("epsilon").GetDouble(),
                plan.GetProperty("epsilon").GetDouble(),
                1e-6
            );
            using var identity = NodeIdentity.LoadOrCreate(Path.Combine(Home, "key.pem"));
            Assert.Equal(identity.Id.Value, json.RootElement.GetProperty("nodeId").GetString());
        }

        File.WriteAllText(
            file,
            File.ReadAllText(file).Replace("\"steps\": 40", "\"steps\": 41", StringComparison.Ordinal)
        );
        (exit, _, var error) = await FednodeProcess.RunAsync($"ledger verify --statement {file}");
        Assert.Equal(1, exit);
        Assert.Contains("not what its owner signed", error, StringComparison.Ordinal);
        Assert.Equal(2, (await FednodeProcess.RunAsync($"ledger verify --statement {file}.none")).Exit);
    }

    [Fact]
    public async Task A_changed_or_cut_ledger_is_refused_by_every_command_and_left_as_it_is()
    {
        Fill();
        var whole = File.ReadAllBytes(Ledger);
        var changed = (byte[])whole.Clone();
        changed[whole.Length / 2] ^= 1;
        File.WriteAllBytes(Ledger, changed);
        foreach (var command in new[] { "show", "verify", "export", "recover" })
        {
            var (exit, _, error) = await FednodeProcess.RunAsync($"ledger {command} --home {Home}");
            Assert.Equal(1, exit);
            Assert.Contains("changed outside this program", error, StringComparison.Ordinal);
        }

        Assert.Equal(changed, File.ReadAllBytes(Ledger));

        // A whole line less: the anchor knows it.
        File.WriteAllBytes(Ledger, whole[..(whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1)]);
        var (code, _, said) = await FednodeProcess.RunAsync($"ledger verify --home {Home}");
        Assert.Equal(3, code);
        Assert.Contains("fednode ledger recover", said, StringComparison.Ordinal);
        Assert.Equal(3, (await FednodeProcess.RunAsync($"ledger export --home {Home}")).Exit);
    }

    [Fact]
    public async Task Nothing_to_recover_is_no_recovery()
    {
        Fill();
        var whole = File.ReadAllBytes(Ledger);

        var (exit, _, error) = await FednodeProcess.RunAsync($"ledger recover --home {Home}");

        Assert.Equal(1, exit);
        Assert.Contains("no gap to recover", error, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllBytes(Ledger));
        Assert.Equal(0, (await FednodeProcess.RunAsync($"ledger recover --home {Home} --dry-run")).Exit);
    }

    [Fact]
    public async Task A_home_that_another_process_works_in_is_refused()
    {
        Fill();
        using var working = NodeHome.OpenToWork(Home);

        var (exit, _, error) = await FednodeProcess.RunAsync($"ledger recover --home {Home}");

        Assert.Equal(2, exit);
        Assert.Contains("another fednode works here", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_the_ledgers_place_is_told()
    {
        Fill();
        File.Delete(Ledger);
        Directory.CreateDirectory(Ledger);

        var (exit, _, error) = await FednodeProcess.RunAsync($"ledger verify --home {Home}");

        Assert.Equal(1, exit);
        Assert.Contains("cannot use the ledger", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_records_under_a_second_name_are_refused_before_anybody_is_called()
    {
        var data = _folder.Write("data.jsonl", Some.Records(50));
        var settings = Fill(data);
        Settle(settings);
        var renamed = settings with
        {
            Source = settings.Source with { Name = "notes-2026", Path = _folder.Write("copy.jsonl", Some.Records(10)) },
        };
        File.WriteAllText(Path.Combine(Home, "node.yaml"), NodeSettingsYaml.Write(renamed));
        var ledger = File.ReadAllBytes(Ledger);

        var (exit, _, error) = await FednodeProcess.RunAsync($"join --home {Home} --token t");

        Assert.Equal(3, exit);
        Assert.Contains("source.sharedWith: [notes]", error, StringComparison.Ordinal);
        Assert.Equal(ledger, File.ReadAllBytes(Ledger));

        // With the owner's word both are one account; nobody answers at the silo's address.
        var linked = renamed with
        {
            Source = renamed.Source with { SharedWith = ["notes"] },
        };
        File.WriteAllText(Path.Combine(Home, "node.yaml"), NodeSettingsYaml.Write(linked));
        Assert.Equal(4, (await FednodeProcess.RunAsync($"join --home {Home} --token t")).Exit);
        var snapshot = PrivacyLedger.Read(Ledger);
        Assert.IsType<LinkedEntry>(snapshot.Entries[^1]);
        Assert.Equal(snapshot.Status("notes").CertifiedEpsilon, snapshot.Status("notes-2026").CertifiedEpsilon);
    }

    private void Settle(NodeSettings settings)
    {
        using var home = NodeHome.OpenToWork(Home);
        using var ledger = PrivacyLedger.Open(home.LedgerFile, TimeProvider.System, home.LedgerAnchors);
        var sketches = SourceSketches.Open(home);
        var sketch = sketches.Empty();
        JsonLinesRecords
            .Open(settings.Source.Path, HoldOut.Open(home, 0.1), sketch, false, TestContext.Current.CancellationToken)
            .Dispose();
        SharedRecords.Settle(settings.Source, ledger, sketches, sketch);
    }

    // A home as a node leaves it that has reserved, sealed and released.
    private NodeSettings Fill(string? data = null)
    {
        var settings = Some.Settings(data ?? _folder.Write("data.jsonl", Some.Records(20))) with
        {
            Silo = new Uri("http://127.0.0.1:1"),
        };
        using var home = NodeHome.OpenToWork(Home);
        File.WriteAllText(home.SettingsFile, NodeSettingsYaml.Write(settings));
        NodeIdentity.LoadOrCreate(home.KeyFile).Dispose();
        using var ledger = PrivacyLedger.Open(home.LedgerFile, TimeProvider.System, home.LedgerAnchors);
        var id = ledger
            .Reserve(
                new ReservationRequest
                {
                    Source = settings.Source.Name,
                    RunDigest = new string('1', 64),
                    SamplingRate = 0.05,
                    NoiseMultiplier = 1,
                    Steps = 40,
                    MaxGradNorm = 1,
                    Unit = "record",
                    Budget = new PrivacyBudget(8, 1e-5),
                }
            )
            .ReservationId;
        ledger.Seal(id, new string('2', 64), 0, 4);
        ledger.Release(id, new string('2', 64), "receipt");
        return settings;
    }
}
