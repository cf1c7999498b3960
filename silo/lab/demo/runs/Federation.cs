using System.Net;
using Federated.Lab.Demo.Data;
using Federated.Lab.Demo.Links;
using Federated.Lab.Demo.Processes;

namespace Federated.Lab.Demo.Runs;

/// <summary>A silo, its nodes and the two bad links between them: processes and sockets that end together.</summary>
internal sealed class Federation : IAsyncDisposable
{
    private readonly DemoFolder _folder;
    private readonly DemoState _state;
    private readonly string _modelFolder;
    private readonly ChildGuard _guard;
    private readonly List<NodeProcess> _nodes = [];
    private readonly List<FlakyLink> _links = [];

    private Federation(DemoFolder folder, DemoState state, string modelFolder, ChildGuard guard, SiloProcess silo)
    {
        _folder = folder;
        _state = state;
        _modelFolder = modelFolder;
        _guard = guard;
        Silo = silo;
    }

    /// <summary>The silo.</summary>
    public SiloProcess Silo { get; }

    /// <summary>The nodes started so far.</summary>
    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>The link that can be cut; <see langword="null"/> before the nodes are started, or when there is none.</summary>
    public FlakyLink? Intermittent { get; private set; }

    /// <summary>Starts the silo.</summary>
    public static async Task<Federation> StartAsync(
        DemoFolder folder,
        DemoState state,
        string modelFolder,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var guard = ChildGuard.Start();
        try
        {
            var silo = await SiloProcess.StartAsync(folder, state, modelFolder, guard, time, cancellationToken);
            return new Federation(folder, state, modelFolder, guard, silo);
        }
        catch
        {
            await guard.DisposeAsync();
            throw;
        }
    }

    /// <summary>Finds the A factors of the run document in the folder on public text, and gives them to the silo.</summary>
    /// <exception cref="DemoException">The text cannot be used; the message holds the program's last lines.</exception>
    public async Task InitialiseAsync(string publicText, CancellationToken cancellationToken)
    {
        var child = ChildProcess.Start(
            "adapter init",
            ProgramFolder.Find("Federated.Silo", "fedsilo"),
            [
                "adapter",
                "init",
                "--run",
                _folder.RunFile,
                "--base-model",
                _modelFolder,
                "--data",
                publicText,
                "--out",
                _folder.InitialFactorsFile,
            ],
            DemoDefaults.ChildEnvironment,
            _folder.Log("adapter-init"),
            _guard
        );
        await using (child)
        {
            var exitCode = await child.Exited.WaitAsync(cancellationToken);
            if (exitCode != ExitCode.Ok)
            {
                throw child.EndedEarly(exitCode);
            }
        }

        await Silo.Operator.StoreInitialFactorsAsync(_folder.InitialFactorsFile, cancellationToken);
    }

    /// <summary>Starts the nodes of the demo, the last two over bad links; those that have joined before need no invitation.</summary>
    public async Task StartNodesAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var pace = new UploadPace(DemoDefaults.LateBytesPerSecond, DemoDefaults.LateBurstBytes, time);
        foreach (var organisation in _state.Organisations)
        {
            var port = _state.GrpcPort;
            if (organisation.Name == _state.Late)
            {
                port = Link("late", pace, time).Port;
            }
            else if (organisation.Name == _state.Intermittent)
            {
                Intermittent = Link("intermittent", null, time);
                port = Intermittent.Port;
            }

            var home = _folder.Node(organisation.Name);
            await StartNodeAsync(organisation, home, port, isPrivate: true, cancellationToken);
        }
    }

    /// <summary>Starts one node.</summary>
    /// <param name="organisation">Whose.</param>
    /// <param name="home">Its home; when it holds a node already, that node goes on.</param>
    /// <param name="port">Where it finds the silo.</param>
    /// <param name="isPrivate">Whether the owner insists on privacy.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async Task<NodeProcess> StartNodeAsync(
        Organisation organisation,
        string home,
        int port,
        bool isPrivate,
        CancellationToken cancellationToken
    )
    {
        var hasJoined = File.Exists(Path.Combine(home, "node.yaml"));
        var token = hasJoined ? null : await Silo.Operator.InviteAsync(cancellationToken);
        var log = _folder.Log(Path.GetFileName(home));
        var address = new Uri($"http://127.0.0.1:{port}");
        var node = NodeProcess.Start(
            organisation,
            home,
            address,
            token,
            _modelFolder,
            _state.Delta,
            isPrivate,
            log,
            _guard
        );
        _nodes.Add(node);
        return node;
    }

    /// <summary>Fails when the silo has ended, or a node in any other way than having done its work.</summary>
    /// <exception cref="DemoException">One has ended.</exception>
    public async Task RequireServingAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var process in _nodes.Select(node => node.Process).Prepend(Silo.Process))
        {
            if (process.Exited.IsCompleted && (process == Silo.Process || await process.Exited != ExitCode.Ok))
            {
                // A Ctrl-C reaches the children as soon as it reaches this process; then it is no failure.
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
                throw process.EndedEarly(await process.Exited);
            }
        }
    }

    /// <summary>Stops the nodes, then the links, then the silo.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopNodesAsync();
        foreach (var link in _links)
        {
            await link.DisposeAsync();
        }

        await Silo.DisposeAsync();
        await _guard.DisposeAsync();
    }

    /// <summary>Stops all nodes, side by side.</summary>
    public async Task StopNodesAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        _nodes.Clear();
    }

    private FlakyLink Link(string name, UploadPace? pace, TimeProvider time)
    {
        var port = _state.LinkPorts[name];
        FreePorts.Require(port, $"port of the {name} node's link,");
        var link = new FlakyLink(
            new IPEndPoint(IPAddress.Loopback, port),
            new IPEndPoint(IPAddress.Loopback, _state.GrpcPort),
            pace,
            time
        );
        _links.Add(link);
        return link;
    }
}
