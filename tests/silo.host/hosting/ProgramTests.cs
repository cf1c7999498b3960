using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Federated.Silo.Tests;

public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silo_says_when_it_is_ready_and_ends_well_when_it_is_asked_to()
    {
        using var silo = Start(
            "serve",
            "--data",
            _folder.File("data"),
            "--grpc-port",
            "0",
            "--http-port",
            "0",
            "--quiet"
        );
        var ready = await silo.StandardOutput.ReadLineAsync(Cancellation);
        Assert.Matches("^ready grpc=http://127.0.0.1:[0-9]+ http=http://127.0.0.1:[0-9]+$", ready);
        // Its folder says where it listens.
        Assert.Equal((ExitCode.Ok, ""), await RunAsync($"run list --data {_folder.File("data")}"));

        using var kill = Process.Start("kill", ["-TERM", $"{silo.Id}"]);
        await silo.WaitForExitAsync(Cancellation);

        Assert.Equal(ExitCode.Ok, silo.ExitCode);
        Assert.False(File.Exists(DataFolder.HttpAddressFile(_folder.File("data"))));
        DataFolder.Open(_folder.File("data")).Dispose();
    }

    [Theory]
    [InlineData(ExitCode.Usage, "--listen 0.0.0.0", "serve --data DATA --listen 0.0.0.0")]
    [InlineData(ExitCode.Usage, "NAME=FOLDER", "serve --data DATA --model tiny")]
    [InlineData(ExitCode.Usage, "--dta", "serve --dta x")]
    [InlineData(ExitCode.Usage, "did you mean serve?", "srve")]
    [InlineData(ExitCode.Usage, "a whole number", "node invite --nodes many")]
    [InlineData(ExitCode.Usage, "NAME=FOLDER", "run new --model base")]
    [InlineData(ExitCode.Usage, "config.json", "run new --model base=DATA")]
    [InlineData(ExitCode.Usage, "operator token", "run list")]
    [InlineData(ExitCode.Usage, "--data", "run list --data DATA")]
    [InlineData(ExitCode.Usage, "plain http", "run list --silo http://silo.example.org:7480")]
    [InlineData(ExitCode.Ok, "", "run submit --help")]
    [InlineData(ExitCode.Usage, "--cutoff 0", "weights --trace DATA --cutoff 0")]
    [InlineData(ExitCode.Usage, "no such file", "weights --trace DATA --cutoff 50")]
    [InlineData(ExitCode.Usage, "--weight-cap 0", "weights --trace DATA --cutoff 50 --weight-cap 0")]
    [InlineData(ExitCode.Usage, "--method fedprox", "weights --trace DATA --cutoff 50 --method fedprox")]
    [InlineData(ExitCode.Usage, "--cutoff is missing", "weights --trace DATA")]
    [InlineData(ExitCode.Usage, "--window 0", "weights --trace DATA --cutoff 50 --window 0")]
    [InlineData(ExitCode.Usage, "--shrinkage -1", "weights --trace DATA --cutoff 50 --shrinkage -1")]
    [InlineData(ExitCode.Usage, "--probability a=2", "weights --trace DATA --method known --probability a=2")]
    [InlineData(ExitCode.Usage, "adapter_config.json is missing", "adapter merge DATA --out DATA-out")]
    [InlineData(ExitCode.Usage, "adapter_config.json is missing", "adapter inspect DATA")]
    [InlineData(ExitCode.Usage, "--method mean", "adapter merge DATA --method mean --out DATA-out")]
    [InlineData(ExitCode.Usage, "is no number", "adapter merge DATA DATA --weights .5;.5 --out DATA-out")]
    [InlineData(ExitCode.Ok, "", "adapter merge --help")]
    public async Task Every_way_to_end_has_its_exit_code_and_says_why(int exitCode, string why, string arguments)
    {
        var (code, error) = await RunAsync(arguments.Replace("DATA", _folder.File("data"), StringComparison.Ordinal));

        Assert.Equal(exitCode, code);
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_are_explained_from_a_trace()
    {
        await File.WriteAllTextAsync(_folder.File("trace.csv"), "round,node\n0,a\n2,a\n1,b\n", Cancellation);
        using var process = Start("weights", "--trace", _folder.File("trace.csv"), "--cutoff", "50", "--json");
        using var nodes = JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync(Cancellation));
        Assert.Equal(
            [("a", 1.5, 2, 0), ("b", 2.0, 1, 1)],
            nodes
                .RootElement.EnumerateArray()
                .Select(node =>
                    (
                        node.GetProperty("node").GetString(),
                        node.GetProperty("weightNext").GetDouble(),
                        node.GetProperty("intervals").GetInt32(),
                        node.GetProperty("openInterval").GetInt32()
                    )
                )
        );
    }

    [Theory]
    [InlineData("--method fedavg", 1.0, 1.0)]
    [InlineData("--method mifa", 1.0, 1.0)]
    [InlineData("--method known --probability a=0.5 --probability b=0.1", 2.0, 10.0)]
    [InlineData("--method known --probability a=0.5 --probability b=0.1 --weight-cap N", 2.0, 2.0)]
    [InlineData("--cutoff 2", 1.5, 2.0)]
    [InlineData("--cutoff 50 --window 1", 2.0, 2.0)]
    // Six node-rounds and three participations: two more intervals of 2.
    [InlineData("--cutoff 50 --shrinkage 2", 1.75, 2.0)]
    public async Task Every_method_explains_a_trace(string options, double first, double second)
    {
        await File.WriteAllTextAsync(_folder.File("trace.csv"), "Round, Node\r\n0,a\r\n2,a\r\n1,b\r\n", Cancellation);
        using var process = Start(["weights", "--trace", _folder.File("trace.csv"), "--json", .. options.Split(' ')]);
        using var nodes = JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync(Cancellation));
        Assert.Equal(
            [first, second],
            nodes.RootElement.EnumerateArray().Select(node => node.GetProperty("weightNext").GetDouble())
        );
    }

    [Fact]
    public async Task A_silo_that_does_not_answer_is_told_from_one_that_refuses()
    {
        // Bound, so that nobody else gets the port, and not listening.
        using var nobody = new Socket(SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)nobody.LocalEndPoint!).Port;
        await File.WriteAllTextAsync(_folder.File("operator.token"), "token", Cancellation);

        var (code, error) = await RunAsync($"run list --data {_folder.Path} --silo http://127.0.0.1:{port}");

        Assert.Equal(ExitCode.Unreachable, code);
        Assert.Contains("does not answer", error, StringComparison.Ordinal);
        Assert.Contains("fedsilo serve", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<(int Code, string Error)> RunAsync(string arguments)
    {
        using var process = Start(arguments.Split(' '));
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var error = await process.StandardError.ReadToEndAsync(Cancellation);
        await output;
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, error);
    }

    private static Process Start(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "fedsilo.exe" : "fedsilo");
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("FEDSILO_TOKEN");
        return Process.Start(start)!;
    }
}
