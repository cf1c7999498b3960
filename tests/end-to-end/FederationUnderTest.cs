using System.Globalization;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Federated.Lab.Demo;
using Federated.Lab.Demo.Processes;
using Federated.Lab.Demo.Runs;

namespace Federated.EndToEnd.Tests;

/// <summary>A silo and nodes as processes of their own, in a folder that goes with the test.</summary>
internal sealed class FederationUnderTest : IAsyncDisposable
{
    /// <summary>A guard against waiting for ever, and no measure: a busy machine may be slow.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly TemporaryFolder _folder = new();
    private readonly ChildGuard _guard = ChildGuard.Start();
    private readonly Organisations _organisations;
    private readonly string _model; // NAME=FOLDER
    private IReadOnlyList<int> _ports = FreePorts.Take(2);
    private readonly Dictionary<string, ChildProcess> _nodes = [];
    private ChildProcess? _silo;

    private FederationUnderTest(Organisations organisations, string model) =>
        (_organisations, _model) = (organisations, model);

    public static string ModelFolder { get; } = RepositoryFolder.BaseDocs;

    /// <summary>Records that anybody may read, for judging versions.</summary>
    public string PublicFile => _folder.File("public.jsonl");

    public string SiloFolder => _folder.File("silo");

    public OperatorClient Operator { get; private set; } = null!;

    public static Task<FederationUnderTest> StartAsync(Organisations organisations) =>
        StartAsync(
            organisations,
            $"base-docs={ModelFolder}",
            [
                """{"text": "Gets or sets the name of the current user."}""",
                """{"prompt": "Returns true if", "completion": " the value is not null."}""",
            ]
        );

    /// <summary>Starts the silo for a base model of one's own.</summary>
    /// <param name="organisations">Whose nodes will join.</param>
    /// <param name="model">NAME=FOLDER.</param>
    /// <param name="publicRecords">Lines of the records that versions may be judged on.</param>
    public static async Task<FederationUnderTest> StartAsync(
        Organisations organisations,
        string model,
        IEnumerable<string> publicRecords
    )
    {
        var federation = new FederationUnderTest(organisations, model);
        await File.WriteAllLinesAsync(federation.PublicFile, publicRecords, TestContext.Current.CancellationToken);
        await federation.StartSiloAsync();
        return federation;
    }

    public string HomeOf(string name) => _folder.File(name);

    public ChildProcess Node(string name) => _nodes[name];

    /// <summary>Starts the silo, or starts it again on the same data and ports.</summary>
    public async Task StartSiloAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (!await IsReadyAsync(limit.Token))
        {
            // Another program was quicker to take a port: at first others do as well, later only these will.
            _ports = Operator is null ? FreePorts.Take(2) : _ports;
            await beat.WaitForNextTickAsync(limit.Token);
        }

        Operator?.Dispose();
        Operator = new OperatorClient(new Uri($"http://127.0.0.1:{Port(1)}"), OperatorToken());
    }

    public Task KillSiloAsync() => _silo!.KillAsync();

    public Task<int> StopSiloAsync() => _silo!.StopAsync(Patience, TimeProvider.System);

    /// <summary>Runs <c>fedsilo</c> to its end; returns its exit code.</summary>
    public Task<int> RunSiloProgramAsync(params string[] arguments) =>
        RunAsync("fedsilo", ProgramFolder.Find("Federated.Silo", "fedsilo"), arguments);

    /// <summary>Runs <c>fednode</c> to its end; returns its exit code.</summary>
    public Task<int> RunNodeProgramAsync(params string[] arguments) =>
        RunAsync("fednode", ProgramFolder.Find("Federated.ClientNode", "fednode"), arguments);

    /// <summary>What a node has written down for its owner.</summary>
    public Task<string> ReportAsync(string name, string run) =>
        File.ReadAllTextAsync(
            Path.Combine(HomeOf(name), "reports", run + ".json"),
            TestContext.Current.CancellationToken
        );

    /// <summary>Starts an organisation's node: it joins at first, and goes on where it was after that.</summary>
    public async Task StartNodeAsync(string name, params string[] options)
    {
        List<string> arguments = ["join", "--home", HomeOf(name), "--until-ended"];
        if (!_nodes.Remove(name, out var before))
        {
            _organisations.FurnishHome(name, HomeOf(name));
            var token = await Operator.InviteAsync(TestContext.Current.CancellationToken);
            arguments.AddRange([
                $"http://127.0.0.1:{Port(0)}",
                .. new[] { "--token", token, "--data", _organisations.RecordsOf(name), "--name", name },
                .. new[] { "--source", name, "--declared-records", $"{Organisations.RecordCount}" },
                .. new[] { "--delta", "1e-3", "--model", _model, "--consent", "auto" },
                .. options,
            ]);
        }

        if (before is not null)
        {
            await before.DisposeAsync();
        }

        _nodes[name] = Start(name, ProgramFolder.Find("Federated.ClientNode", "fednode"), arguments);
    }

    /// <summary>Waits for a state of the run, told by the silo's own events.</summary>
    /// <exception cref="TimeoutException">It did not come; the message holds the last state and the logs' ends.</exception>
    public async Task<JsonElement> UntilAsync(string run, string what, Func<JsonElement, bool> reached)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        var last = default(JsonElement);
        try
        {
            using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", OperatorToken());
            await using var stream = await http.GetStreamAsync(
                new Uri($"http://127.0.0.1:{Port(1)}/api/runs/{run}/events"),
                limit.Token
            );
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(limit.Token))
            {
                last = JsonDocument.Parse(item.Data).RootElement;
                if (reached(last))
                {
                    return last;
                }
            }
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // Told below, with what is known.
        }

        throw new TimeoutException($"not seen: {what}. Last state: {last}{Environment.NewLine}{Logs()}");
    }

    /// <summary>Waits until a version, or a later one, is judged on the public records; the last one is judged after the run's end.</summary>
    /// <returns>The run's state.</returns>
    public async Task<JsonElement> UntilJudgedAsync(string run, int version)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", OperatorToken());
        try
        {
            while (true)
            {
                var state = JsonDocument
                    .Parse(
                        await http.GetStringAsync(new Uri($"http://127.0.0.1:{Port(1)}/api/runs/{run}"), limit.Token)
                    )
                    .RootElement;
                if (state.GetProperty("evaluatedVersion").GetInt32() >= version)
                {
                    return state;
                }

                await beat.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException e) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"version {version} is not judged.{Environment.NewLine}{Logs()}", e);
        }
    }

    /// <summary>Waits until the node itself has said something.</summary>
    public async Task UntilSaidAsync(string name, string text)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!(await ReadAsync(LogOf(name))).Contains(text, StringComparison.Ordinal))
        {
            try
            {
                await beat.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"{name} has not said '{text}'.{Environment.NewLine}{Logs()}", e);
            }
        }
    }

    /// <summary>kill -9 to a node that has kept a noisy step of an attempt and not sealed it.</summary>
    public async Task KillDuringAttemptAsync(string name)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        while (true)
        {
            if (HasAttempt(name))
            {
                // It may have sealed in the meantime: looked at again while it stands still.
                Node(name).Freeze();
                if (HasAttempt(name))
                {
                    await Node(name).KillAsync();
                    if (HasAttempt(name))
                    {
                        return;
                    }

                    // It stood still a moment later than it was told to.
                    await StartNodeAsync(name);
                }
                else
                {
                    Node(name).Thaw();
                }
            }

            try
            {
                await beat.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"{name} keeps no attempt.{Environment.NewLine}{Logs()}", e);
            }
        }
    }

    /// <summary>Whether a node keeps an attempt that is not sealed.</summary>
    public bool HasAttempt(string name)
    {
        var runs = Path.Combine(HomeOf(name), "runs");
        return Directory.Exists(runs)
            && Directory.EnumerateFiles(runs, "attempt.bin", SearchOption.AllDirectories).Any();
    }

    /// <summary>How often a node has said something.</summary>
    public async Task<int> TimesSaidAsync(string name, string text) =>
        (await ReadAsync(LogOf(name))).Split(text).Length - 1;

    public async ValueTask DisposeAsync()
    {
        Operator?.Dispose();
        foreach (var process in _nodes.Values.Append(_silo).OfType<ChildProcess>())
        {
            await process.DisposeAsync();
        }

        await _guard.DisposeAsync();
        _folder.Dispose();
    }

    public string Logs() =>
        string.Join(
            Environment.NewLine,
            Directory
                .EnumerateFiles(_folder.Path, "*.log")
                .Select(file =>
                    $"--- {Path.GetFileName(file)}{Environment.NewLine}{string.Join(Environment.NewLine, File.ReadLines(file).TakeLast(15))}"
                )
        );

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        _silo = Start(
            "silo",
            ProgramFolder.Find("Federated.Silo", "fedsilo"),
            [
                "serve",
                "--data",
                SiloFolder,
                "--grpc-port",
                Port(0),
                "--http-port",
                Port(1),
                "--model",
                _model,
                "--public-data",
                $"public={PublicFile}",
            ]
        );
        try
        {
            await _silo.ReadyLineAsync(cancellation);
            return true;
        }
        catch (DemoException e) when (e.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase))
        {
            await _silo.DisposeAsync();
            return false;
        }
    }

    private ChildProcess Start(string name, ChildProgram program, IEnumerable<string> arguments) =>
        ChildProcess.Start(
            name,
            program,
            arguments,
            new Dictionary<string, string> { ["OMP_NUM_THREADS"] = "1", ["OMP_WAIT_POLICY"] = "PASSIVE" },
            LogOf(name),
            _guard
        );

    private async Task<int> RunAsync(string name, ChildProgram program, string[] arguments)
    {
        await using var process = Start(name, program, arguments);
        return await process.Exited.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    private string LogOf(string name) => _folder.File(name + ".log");

    private string OperatorToken() => File.ReadAllText(Path.Combine(SiloFolder, "operator.token")).Trim();

    private string Port(int index) => _ports[index].ToString(CultureInfo.InvariantCulture);

    private static async Task<string> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
