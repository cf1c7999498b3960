using System.Security.Cryptography;
using System.Text.Json;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.ClientNode.Tests;

/// <summary><c>fednode policy | check | leave</c> as a process, beside a node whose silo is away.</summary>
public sealed class OwnerCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Home => _folder.File("home");

    public OwnerCommandTests()
    {
        var settings = Some.Settings(_folder.Write("data.jsonl", Some.Records(40)), ConsentMode.Auto);
        using var home = NodeHome.OpenToWork(Home);
        File.WriteAllText(
            home.SettingsFile,
            NodeSettingsYaml.Write(
                settings with
                {
                    Silo = new Uri("http://127.0.0.1:1"),
                    Policy = new() { Consent = ConsentMode.Auto },
                    Source = settings.Source with { Name = "data", DeclaredRecords = 40, Epsilon = 4, Delta = 1e-6 },
                }
            )
        );
        using var key = NodeIdentity.LoadOrCreate(home.KeyFile);
        using var ledger = PrivacyLedger.Open(home.LedgerFile, TimeProvider.System, home.LedgerAnchors);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_policy_is_shown_and_a_run_is_judged_without_reserving_anything()
    {
        var (exit, output, _) = await FednodeProcess.RunAsync($"policy --home {Home}");
        Assert.Equal(0, exit);
        Assert.Contains("node.yaml is valid", output, StringComparison.Ordinal);
        Assert.Contains("ε 4, δ 1E-06 for any one record", output, StringComparison.Ordinal);

        var allowed = _folder.Write("allowed.yaml", Yaml("gaussian"));
        (exit, output, var error) = await FednodeProcess.RunAsync($"policy --home {Home} --run {allowed} --json");
        Assert.True(exit == 0, output + error);
        using (var json = JsonDocument.Parse(output))
        {
            var run = json.RootElement.GetProperty("run");
            Assert.True(run.GetProperty("isAllowed").GetBoolean());
            Assert.InRange(run.GetProperty("price").GetProperty("epsilon").GetDouble(), 0.01, 4);
        }

        var refused = _folder.Write("refused.yaml", Yaml("none"));
        (exit, output, _) = await FednodeProcess.RunAsync($"policy --home {Home} --run {refused}");
        Assert.Equal(3, exit);
        Assert.Contains("policy.allowNonPrivate is false", output, StringComparison.Ordinal);

        (exit, _, error) = await FednodeProcess.RunAsync($"policy --home {Home} --run {_folder.File("none.yaml")}");
        Assert.Equal(2, exit);
        Assert.Contains("none.yaml", error, StringComparison.Ordinal);
        Assert.Empty(PrivacyLedger.Read(Path.Combine(Home, "ledger.jsonl")).Entries);
    }

    [Fact]
    public async Task A_check_names_what_is_in_order_and_ends_with_the_code_of_what_is_not()
    {
        var (exit, output, _) = await FednodeProcess.RunAsync($"check --home {Home}");
        Assert.Equal(4, exit);
        foreach (var fine in (string[])["settings", "data", "model", "ledger", "disk"])
        {
            Assert.Contains($"ok      {fine}", output, StringComparison.Ordinal);
        }

        Assert.Contains("FAILED  silo", output, StringComparison.Ordinal);

        _folder.Write("data.jsonl", "{\"words\": 1}\n");
        (exit, output, _) = await FednodeProcess.RunAsync($"check --home {Home} --json");
        Assert.Equal(2, exit);
        using var json = JsonDocument.Parse(output);
        Assert.False(json.RootElement.GetProperty("isOk").GetBoolean());
        Assert.Equal(
            ["data", "silo"],
            json.RootElement.GetProperty("checks")
                .EnumerateArray()
                .Where(check => !check.GetProperty("isOk").GetBoolean())
                .Select(check => check.GetProperty("what").GetString())
        );
    }

    [Fact]
    public async Task Leaving_keeps_what_was_spent_and_works_for_no_run_again()
    {
        var (spent, unused) = (Accept("sealed"), Accept("unused"));
        using (var ledger = PrivacyLedger.Open(Path.Combine(Home, "ledger.jsonl"), TimeProvider.System, Anchors))
        {
            ledger.Seal(Reserve(ledger, spent).ReservationId, new string('b', 64), 0, 2);
            Reserve(ledger, unused);
        }

        var before = Spent();
        using (var silo = NodeIdentity.Create())
        {
            var keyId = Convert.ToHexStringLower(SHA256.HashData(silo.PublicKey.Span))[..16];
            new Membership("n", "hospitals", keyId, silo.PublicKey.ToArray()).Write(NodeHome.OpenToRead(Home));
        }

        // The silo is away: nothing changes.
        Assert.Equal(4, (await FednodeProcess.RunAsync($"leave --home {Home}")).Exit);
        Assert.True(File.Exists(Path.Combine(Home, "silo.json")));
        Assert.Equal(before, Spent());

        var (exit, output, error) = await FednodeProcess.RunAsync($"leave --home {Home} --without-silo");

        Assert.True(exit == 0, output + error);
        Assert.Contains("left group hospitals: 2 run(s)", output, StringComparison.Ordinal);
        // Half of it was a plan that nothing was sealed under.
        Assert.InRange(Spent(), 0.01, 0.99 * before);
        Assert.False(File.Exists(Path.Combine(Home, "silo.json")));
        using var home = NodeHome.OpenToWork(Home);
        var offers = new OfferedRuns(home, TimeProvider.System);
        Assert.All((string[])[spent, unused], run => Assert.Equal("owner", offers.Decision(run)!.By));
        Assert.All(
            (string[])[spent, unused],
            run => Assert.Equal(ConsentAnswer.Declined, offers.Decision(run)!.Answer)
        );
    }

    private AnchorFiles Anchors =>
        new(Path.Combine(Home, "anchors", "ledger.json"), Path.Combine(Home, "anchors", "silo.json"));

    private double Spent() =>
        PrivacyLedger.Read(Path.Combine(Home, "ledger.jsonl"), Anchors).Status("data").CertifiedEpsilon;

    private static string Yaml(string mechanism)
    {
        var run = Some.Run(mechanism, versions: 1, steps: 2);
        return $$"""
            participants: { group: any }
            baseModel: { name: {{run.BaseModel.Name}}, sha256: "{{run.BaseModel.Sha256}}" }
            adapter: { rank: 2, alpha: 4 }
            privacy: { mechanism: {{mechanism}}, noiseMultiplier: {{(
                mechanism == "none" ? 0 : 2
            )}}, expectedBatchSize: 4, maxSamplingRate: 0.5, delta: 1.0e-6 }
            local: { steps: 2, maxSequenceLength: 32 }
            rounds: { versions: 1, close: { cohort: 1 } }
            """;
    }

    private string Accept(string name)
    {
        using var home = NodeHome.OpenToWork(Home);
        var offers = new OfferedRuns(home, TimeProvider.System);
        var bytes = CanonicalRunDocument.Bytes(Some.Run("gaussian", versions: 1) with { Name = name });
        var digest = CanonicalRunDocument.Digest(bytes);
        offers.Keep(new CheckInAnswer.Offer(digest, bytes));
        offers.Decide(digest, ConsentAnswer.Accepted, "owner", "");
        return digest;
    }

    private static ReservedEntry Reserve(PrivacyLedger ledger, string run) =>
        ledger.Reserve(
            new()
            {
                Source = "data",
                RunDigest = run,
                SamplingRate = 0.1,
                NoiseMultiplier = 2,
                Steps = 2,
                MaxGradNorm = 1,
                Unit = "record",
                Budget = new PrivacyBudget(4, 1e-6),
                IsPrivate = true,
            }
        );
}
