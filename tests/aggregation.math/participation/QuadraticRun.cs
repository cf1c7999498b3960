using System.Text.Json;
using Federated.Adapters;

namespace Federated.Aggregation.Tests;

/// <summary>
/// The scalar run of the known answers, F_n(x) = ½ (x − c_n)², through the real events, plans and merges: the adapter is one number, and the nodes are
/// the known clients. Blobs are float32, so paths agree to about 1e-6.
/// </summary>
internal sealed class QuadraticRun
{
    private static readonly LinearShape[] Layers = [new("x", 1, 1)];
    private static readonly AdapterLayout Layout = AdapterLayout.For(Layers, new(1, 1, LoraScaling.Lora, ["x"], 0));
    private readonly JsonElement _known = Vectors.Read("fedau.json");
    private readonly MemoryBlobs _blobs = new();
    private readonly string[] _clients;
    private readonly double[] _centers;
    private readonly double _gamma;
    private readonly int _steps;

    public QuadraticRun()
    {
        var run = _known.GetProperty("quadratic_run");
        _clients = [.. _known.GetProperty("clients").EnumerateArray().Select(client => client.GetString()!)];
        _centers = [.. run.GetProperty("centers").Doubles()];
        _gamma = run.GetProperty("gamma").GetDouble();
        _steps = run.GetProperty("local_steps").GetInt32();
        Participation =
        [
            .. _clients.Select(client =>
                _known
                    .GetProperty("participation")
                    .GetProperty(client)
                    .EnumerateArray()
                    .Select(x => x.GetInt32() == 1)
                    .ToArray()
            ),
        ];
    }

    /// <summary>[client][round].</summary>
    public bool[][] Participation { get; }

    public int Rounds => Participation[0].Length;

    public IReadOnlyList<double> Centers => _centers;

    /// <summary>x after a local program from x.</summary>
    public double Local(double x, int client)
    {
        for (var step = 0; step < _steps; step++)
        {
            x -= _gamma * (x - _centers[client]);
        }

        return x;
    }

    /// <summary>x after each round.</summary>
    /// <param name="terms">Changes the run's terms.</param>
    /// <param name="bystander">
    /// The published known answers count rounds in which nobody takes part. A version is never empty, so a sixth node reports
    /// a zero update in those rounds, and the server's rate is raised by 6/5.
    /// </param>
    public async Task<List<double>> RunAsync(Func<RunTerms, RunTerms> terms, bool bystander)
    {
        string[] nodes = bystander ? [.. _clients, "nobody"] : _clients;
        var rate = (double)nodes.Length / _clients.Length;
        var state = Begin(
            terms(
                new()
                {
                    RunDigest = Some.RunDigest,
                    Layout = Layout,
                    Versions = Rounds,
                    Close = new() { Cohort = nodes.Length },
                    Mechanism = Some.Mechanism,
                    ServerOptimizer = new() { LearningRate = rate },
                }
            ),
            nodes
        );
        var (x, path) = (0.0, new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var present = Enumerable.Range(0, _clients.Length).Where(client => Participation[client][round]).ToList();
            if (present.Count == 0 && !bystander)
            {
                path.Add(x);
                continue;
            }

            foreach (var client in present)
            {
                state = Report(state, _clients[client], (float)(Local(x, client) - x));
            }

            if (present.Count == 0)
            {
                state = Report(state, "nobody", 0);
            }

            (state, x) = await PublishAsync(state);
            path.Add(x);
        }

        return path;
    }

    private RunState Begin(RunTerms terms, string[] nodes)
    {
        var state = RunState
            .Start(terms, new(Some.Start, "{}", "quadratic", "default", null, Layers, Layout.Digest))
            .Apply(new RecruitingOpened(Some.Start));
        foreach (var node in nodes)
        {
            state = state.Apply(new NodeAdmitted(Some.Start, node));
        }

        var zero = _blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Adapter, Layout, [0]));
        return state.Apply(new VersionPublished(Some.Start, 0, zero, 52, null)).OpenNext();
    }

    private RunState Report(RunState state, string node, float delta)
    {
        var latest = state.Latest!;
        var blob = AdapterBlob.Encode(AdapterBlobKind.Update, Layout, [delta]);
        var update = new AcceptedUpdate(
            node,
            latest.Number,
            latest.Digest,
            _blobs.Put(blob),
            blob.Length,
            Math.Abs(delta),
            state.Open!.Number,
            7,
            Some.Digest("ledger")
        );
        return state.Apply(new UpdateAccepted(Some.Start, update, [1], [2]));
    }

    private async Task<(RunState State, double X)> PublishAsync(RunState state)
    {
        var open = state.Open!;
        state = state.Decide();
        var plan = MergePlan.FromJson(state.PlanMerge().ToJson());
        using var merged = await LinearMerge.MergeAsync(plan, Layout, _blobs.OpenAsync);
        var blob = merged.Blob.ToArray();
        state = state.Apply(
            new VersionPublished(
                Some.Start,
                open.Number,
                _blobs.Put(blob),
                blob.Length,
                state.ReportMerge(merged.StepNorm)
            )
        );
        return (state.Phase == RunPhase.Running && open.Number < Rounds ? state.OpenNext() : state, merged.Values[0]);
    }
}
