using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Protocol;
using Microsoft.Extensions.Time.Testing;
using Serilog.Core;

namespace Federated.ClientNode.Tests;

/// <summary>A run of a model of one's own and the records it is trained on, through the node's own training.</summary>
internal sealed class TrainingUnderTest : IDisposable
{
    private const string DataFile = "data.jsonl";
    private readonly TemporaryFolder _folder = new();
    private readonly NodeHome _home;

    /// <param name="run">What is changed in an ordinary run.</param>
    /// <param name="makeModel">Makes the base model's folder.</param>
    public TrainingUnderTest(Func<RunDocument, RunDocument> run, Action<string> makeModel)
    {
        _home = NodeHome.OpenToWork(_folder.File("home"));
        Secrets.CopyTo(_home.Folder);
        var model = _folder.File("model");
        makeModel(model);
        Run = run(Some.Run("none"));
        Run = Run with { BaseModel = Run.BaseModel with { Sha256 = Adapters.Models.BaseModelDigest.Compute(model) } };
        Settings = Some.Settings(_folder.File(DataFile)) with
        {
            Models = new Dictionary<string, string> { ["base"] = model },
        };
    }

    public RunDocument Run { get; }

    public NodeSettings Settings { get; }

    public ConsentedRun Consented => Some.Consented(Run, Settings);

    /// <summary>Sixty records, a fifth of them held out.</summary>
    public JsonLinesRecords Records(Func<int, string> line) =>
        JsonLinesRecords.Open(
            _folder.Write(DataFile, string.Concat(Enumerable.Range(0, 60).Select(i => $"{line(i)}\n"))),
            new HoldOut(new byte[32], 0.2)
        );

    public LocalTraining Training(JsonLinesRecords records) =>
        new(
            Settings,
            records,
            NodeId.Parse(new string('a', 64)),
            new TrainingMachine("cpu"),
            new ClippingNorms(_home.RunsFolder),
            _home,
            new FakeTimeProvider(),
            Logger.None
        );

    /// <summary>Trains one update and judges the model on the held-out records before and after.</summary>
    public async Task<(HeldOutLoss Before, HeldOutLoss After)> TrainAsync(JsonLinesRecords records)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var training = Training(records);
        var initial = (await training.LayoutAsync(Consented, cancellation)).InitialValues();
        var start = new VersionContent(initial, null);
        var before = await training.EvaluateAsync(Consented, start, cancellation);
        var delta = await training.TrainAsync(
            Consented,
            new TrainingBase(1, 0, new string('b', 64), start),
            _ => { },
            cancellation
        );
        float[] trained = [.. initial.Zip(delta, (value, change) => value + change)];
        return (before, await training.EvaluateAsync(Consented, new VersionContent(trained, null), cancellation));
    }

    /// <summary>Goes on from the run's first adapter on the node's own records.</summary>
    public (HeldOutLoss Before, HeldOutLoss After) Personalise(int steps, double learningRate)
    {
        var layout = AdaptedModel.LayoutOf(Run, Settings.Models["base"]);
        return PersonaliseCommand.Train(
            new FetchedAdapter
            {
                Home = _home,
                Settings = Settings,
                RunDigest = CanonicalRunDocument.Digest(Run),
                Document = Run,
                Layout = layout,
                Content = new VersionContent(layout.InitialValues(), null),
                Version = 0,
            },
            _folder.File("mine"),
            steps,
            batchSize: 16,
            learningRate,
            new Random(1),
            TestContext.Current.CancellationToken
        );
    }

    /// <summary>Audits the run on its own model and the records last written.</summary>
    public AuditReport Audit(AuditRequest request)
    {
        var cancellation = TestContext.Current.CancellationToken;
        _ = HoldOut.Open(_home, 0.2);
        File.WriteAllText(_home.SettingsFile, NodeSettingsYaml.Write(Settings));
        var bytes = CanonicalRunDocument.Bytes(Run);
        var digest = CanonicalRunDocument.Digest(bytes);
        new OfferedRuns(_home, TimeProvider.System).Keep(new CheckInAnswer.Offer(digest, [.. bytes]));
        var random = new Random(3);
        using var subject = AuditSubject.OfRun(_home, digest, new TrainingMachine("cpu"), cancellation);
        return new PrivacyAudit(request, _ => { }).Training(
            subject,
            () => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
            cancellation
        );
    }

    public void Dispose()
    {
        _home.Dispose();
        _folder.Dispose();
    }
}
