using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode.Tests;

/// <summary>The program as a process: exit codes, one sentence of error, JSON.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("no-such-command", 2, "no-such-command")]
    [InlineData("jion", 2, "did you mean join?")]
    [InlineData("ledger shwo", 2, "did you mean show?")]
    [InlineData("join --epsilno 3 http://127.0.0.1:1", 2, "did you mean --epsilon?")]
    [InlineData("join http://127.0.0.1:1 --declared-records many", 2, "a whole number")]
    [InlineData("privacy epsilon --delta small", 2, "a number")]
    [InlineData(
        "join http://127.0.0.1:1 --token t --data {0}/none.jsonl --declared-records 20 --model base={0} --home {0}/home",
        2,
        "config.json"
    )]
    [InlineData("status --home nowhere", 2, "fednode join")]
    [InlineData("join --home {0}/home", 2, "URL is missing")]
    [InlineData("join --threads 0 --home {0}/home", 2, "--threads")]
    [InlineData("adapter generate some-run --prompt x --tokens -3 --home {0}/home", 2, "--tokens is -3")]
    [InlineData("adapter eval some-run --threads 0 --home {0}/home", 2, "--threads is 0")]
    [InlineData("adapter personalise some-run --out {0}/out --batch 0 --home {0}/home", 2, "--batch is 0")]
    [InlineData("join http://10.0.0.1:1 --token t --data {0}/none.jsonl --home {0}/home", 2, "plain http")]
    [InlineData("join http://127.0.0.1:1 --token t --data {0}/none.jsonl --home {0}/home", 2, "--declared-records")]
    [InlineData(
        "join http://127.0.0.1:1 --token t --data {0}/none.jsonl --declared-records 20 --home {0}/home",
        2,
        "none.jsonl"
    )]
    [InlineData(
        "join http://127.0.0.1:1 --token t --data {0}/none.jsonl --declared-records 20 --composition most --home {0}/home",
        2,
        "expected basic or renyi"
    )]
    [InlineData(
        "privacy epsilon --noise-multiplier -1 --sampling-rate 0.1 --steps 1 --delta 1e-5",
        2,
        "noiseMultiplier"
    )]
    [InlineData("privacy epsilon --noise-multiplier 1 --sampling-rate 2 --steps 1 --delta 1e-5", 2, "samplingRate")]
    [InlineData("privacy epsilon --noise-multiplier 1 --sampling-rate 0.1 --steps 1 --delta NaN", 2, "delta = NaN")]
    [InlineData("privacy epsilon --noise-multiplier 1 --sampling-rate 0.1 --steps -1 --delta 1e-5", 2, "steps = -1")]
    [InlineData("privacy epsilon --noise-multiplier 1 --sampling-rate 0.1 --delta 1e-5", 2, "--steps")]
    [InlineData("privacy epsilon --phases 0.1,1 --delta 1e-5", 2, "'0.1,1'")]
    [InlineData(
        "privacy epsilon --noise-multiplier 0.001 --sampling-rate 0.5 --steps 1000000 --delta 1e-5",
        2,
        "fits into memory"
    )]
    [InlineData("privacy noise --target-epsilon 0 --sampling-rate 0.1 --steps 10 --delta 1e-5", 2, "targetEpsilon = 0")]
    [InlineData(
        "privacy plot --noise-multiplier 1 --sampling-rate 0.1 --steps 1 --delta 1e-5 --out {0}/x.pdf",
        2,
        ".png or .svg"
    )]
    [InlineData("model digest nowhere --precision fp4", 2, "fp4")]
    [InlineData("model digest {0}", 2, "config.json")]
    [InlineData("privacy audit --size 500 --without-noise --json", 1, "games")]
    [InlineData("privacy audit --noise-multiplier 0.1 --size 100", 2, "size")]
    [InlineData("privacy audit --kind one-run --guesses 2000 --delta 3", 2, "--guesses")]
    [InlineData("privacy audit --run some-run --home {0}/home", 2, "fednode join")]
    [InlineData("--help", 0, "")]
    public async Task An_error_is_one_sentence_and_its_own_exit_code(string arguments, int code, string said)
    {
        var (exit, _, error) = await Fednode(string.Format(null, arguments, _folder.Path));

        Assert.Equal(code, exit);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_written_by_a_join_that_is_refused()
    {
        await Fednode($"join http://10.0.0.1:1 --token t --data none.jsonl --home {_folder.File("home")}");

        Assert.False(Directory.Exists(_folder.File("home")));
    }

    [Fact]
    public async Task A_first_join_that_failed_is_corrected_by_typing_it_again()
    {
        var home = _folder.File("home");
        var data = _folder.Write("data.jsonl", Some.Records(20));
        await Fednode(
            $"join http://127.0.0.1:2 --token t --data {_folder.File("dta.jsonl")} --declared-records 30 --home {home} --epsilon 3"
        );
        Assert.Equal("dta", NodeSettingsYaml.Read(Path.Combine(home, "node.yaml")).Source.Name);

        var (exit, _, error) = await Fednode($"join http://127.0.0.1:1 --token t --data {data} --home {home}");

        Assert.True(exit == 4, error);
        var settings = NodeSettingsYaml.Read(Path.Combine(home, "node.yaml"));
        Assert.Equal(
            ("data", data, 30, 3.0),
            (settings.Source.Name, settings.Source.Path, settings.Source.DeclaredRecords, settings.Source.Epsilon)
        );
        Assert.Equal(new Uri("http://127.0.0.1:1"), settings.Silo);
    }

    [Fact]
    public async Task Once_a_node_has_joined_its_settings_are_the_owners_alone()
    {
        var home = _folder.File("home");
        var data = _folder.Write("data.jsonl", Some.Records(20));
        await Fednode($"join http://127.0.0.1:1 --token t --data {data} --declared-records 30 --home {home}");
        File.WriteAllText(
            Path.Combine(home, "silo.json"),
            """{"nodeId":"n","group":"hospitals","keyId":"k","siloKey":""}"""
        );
        var before = File.ReadAllText(Path.Combine(home, "node.yaml"));

        File.Delete(data);

        var (exit, output, _) = await Fednode($"join --epsilon 9 --home {home}");

        Assert.Equal(2, exit);
        Assert.Contains("decides; not read: --epsilon", output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(home, "node.yaml")));
    }

    [Fact]
    public async Task A_silos_other_port_is_told_from_a_silo_that_is_away()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var answering = AnswerAsync();
        var data = _folder.Write("data.jsonl", Some.Records(20));

        var (exit, _, error) = await Fednode(
            $"join http://{other.LocalEndpoint} --token t --data {data} --declared-records 30 --home {_folder.File("home")}"
        );

        Assert.Equal(4, exit);
        Assert.Contains("after grpc=", error, StringComparison.Ordinal);
        other.Stop();
        await answering;

        async Task AnswerAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await other.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                    // As a server does: an answer before the question is broken off in one way or another.
                    await client.GetStream().ReadAtLeastAsync(new byte[1], 1);
                    await client
                        .GetStream()
                        .WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                    await client.GetStream().CopyToAsync(Stream.Null);
                }
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
            {
                // The listener has stopped.
            }
        }
    }

    [Fact]
    public async Task Without_a_command_the_commands_are_shown()
    {
        var (exit, output, error) = await Fednode("");
        Assert.Equal((2, ""), (exit, error));
        Assert.Contains("personalise", (await Fednode("adapter")).Output, StringComparison.Ordinal);
        Assert.Contains("Exit codes", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _fednode fednode")]
    [InlineData("zsh", "compdef _fednode fednode")]
    [InlineData("fish", "complete -c fednode")]
    public async Task Shells_are_told_how_to_complete(string shell, string said)
    {
        var (exit, output, _) = await Fednode($"completion {shell}");

        Assert.Equal(0, exit);
        Assert.Contains(said, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_shell_asks_for_is_answered_with_what_fits()
    {
        var (_, output, _) = await Fednode("[suggest:22] \"fednode ledger show --\"");

        Assert.Equal(["--help", "--home", "--json"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_first_join_without_a_silo_ends_with_4_and_keeps_the_settings()
    {
        var data = _folder.Write("data.jsonl", Some.Records(20));

        var (exit, output, error) = await Fednode(
            $"join http://127.0.0.1:1 --token t --data {data} --home {_folder.File("home")} --name clinic --declared-records 30 --delta 1e-6 --composition renyi"
        );

        Assert.Equal(4, exit);
        Assert.Contains("does not answer", error, StringComparison.Ordinal);
        Assert.Contains("What can leave", output, StringComparison.Ordinal);
        var settings = NodeSettingsYaml.Read(_folder.File("home/node.yaml"));
        Assert.Equal(("clinic", 30, 1e-6), (settings.Name, settings.Source.DeclaredRecords, settings.Source.Delta));
        Assert.Equal(PlanComposition.Renyi, settings.Source.Composition);
    }

    [Fact]
    public async Task Epsilon_is_given_as_JSON()
    {
        var (exit, output, _) = await Fednode(
            "privacy epsilon --noise-multiplier 1 --sampling-rate 1 --steps 1 --delta 1e-5 --json"
        );

        Assert.Equal(0, exit);
        using var json = JsonDocument.Parse(output);
        // The analytic Gaussian mechanism (Balle & Wang 2018): ε(σ = 1, δ = 1e-5) = 4.3775…
        Assert.InRange(json.RootElement.GetProperty("epsilon").GetDouble(), 4.3770, 4.3785);
        Assert.Equal(1e-5, json.RootElement.GetProperty("delta").GetDouble());
        Assert.False(string.IsNullOrEmpty(json.RootElement.GetProperty("accountant").GetString()));
    }

    [Fact]
    public async Task Every_accountant_bounds_the_same_plan()
    {
        var (best, pld, rdp) = (await Epsilon("best"), await Epsilon("pld"), await Epsilon("rdp"));

        Assert.True(best.Upper <= pld.Upper && best.Upper <= rdp.Upper);
        Assert.True(pld.Lower <= best.Upper);
        Assert.Equal(("pld", "rdp"), (pld.Name, rdp.Name));

        static async Task<(double Upper, double Lower, string Name)> Epsilon(string accountant)
        {
            var (_, output, _) = await Fednode(
                $"privacy epsilon --noise-multiplier 1 --sampling-rate 0.01 --steps 100 --delta 1e-5 --accountant {accountant} --json"
            );
            using var json = JsonDocument.Parse(output);
            return (
                json.RootElement.GetProperty("epsilon").GetDouble(),
                json.RootElement.GetProperty("epsilonLower").GetDouble(),
                json.RootElement.GetProperty("accountant").GetString()!
            );
        }
    }

    [Fact]
    public async Task Phases_cost_between_the_cheaper_and_the_dearer_one_alone()
    {
        var (cheap, both, dear) = (
            await Of("0.013,1.4,210"),
            await Of("0.013,1.4,110;0.013,0.9,100"),
            await Of("0.013,0.9,210")
        );

        Assert.True(cheap < both && both < dear, $"{cheap} {both} {dear}");

        static async Task<double> Of(string phases)
        {
            var (_, output, _) = await Fednode($"privacy epsilon --phases {phases} --delta 1e-6 --json");
            using var json = JsonDocument.Parse(output);
            Assert.Equal(2, json.RootElement.GetProperty("accountants").GetArrayLength());
            return json.RootElement.GetProperty("epsilon").GetDouble();
        }
    }

    [Theory]
    [InlineData("noise", "--sampling-rate 0.02 --steps 400", "noiseMultiplier", 0.6707, 0.6709)]
    [InlineData("steps", "--sampling-rate 0.02 --noise-multiplier 0.8", "steps", 1200, 1204)]
    [InlineData("rate", "--noise-multiplier 0.8 --steps 400", "samplingRate", 0.03288, 0.03291)]
    public async Task What_meets_a_target_is_found_and_never_exceeds_it(
        string what,
        string known,
        string field,
        double least,
        double most
    )
    {
        var (exit, output, _) = await Fednode($"privacy {what} --target-epsilon 8 --delta 1e-6 {known} --json");

        Assert.Equal(0, exit);
        using var json = JsonDocument.Parse(output);
        Assert.InRange(json.RootElement.GetProperty(field).GetDouble(), least, most);
        Assert.InRange(json.RootElement.GetProperty("epsilon").GetDouble(), 7.98, 8);
    }

    public void Dispose() => _folder.Dispose();

    private static Task<(int Exit, string Output, string Error)> Fednode(string arguments) =>
        FednodeProcess.RunAsync(arguments);
}
