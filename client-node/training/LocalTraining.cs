using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;
using Serilog;

namespace Federated.ClientNode;

/// <summary>Everything that touches records, on one thread: loads a run's model once, trains from a base, judges adapters.</summary>
/// <param name="settings">Where models lie.</param>
/// <param name="records">The owner's records.</param>
/// <param name="node">This node, for test noise.</param>
/// <param name="machine">What of this machine training may use.</param>
/// <param name="norms">The bounds that runs with adaptive clipping go on from.</param>
/// <param name="home">Where the attempt under way is kept.</param>
/// <param name="time">Spaces its writes.</param>
/// <param name="log">Told once when a run has no guarantee.</param>
internal sealed class LocalTraining(
    NodeSettings settings,
    JsonLinesRecords records,
    NodeId node,
    TrainingMachine machine,
    ClippingNorms norms,
    NodeHome home,
    TimeProvider time,
    ILogger log
) : ILocalTraining
{
    private readonly TrainingThread _thread = new();
    private AdaptedModel? _model;

    /// <inheritdoc />
    public Task<AdapterLayout> LayoutAsync(ConsentedRun run, CancellationToken cancellation) =>
        _thread.RunAsync(() => Open(run).Adapter.Layout);

    /// <inheritdoc />
    public Task<float[]> TrainAsync(
        ConsentedRun run,
        TrainingBase from,
        Action<int> stepDone,
        CancellationToken cancellation
    ) =>
        _thread.RunAsync(() =>
        {
            var model = Open(run);
            model.SetResidual(from.Content.Residual);
            using var noise = Noise(run, from.Version);
            var trainer = new PrivateTrainer(
                model.Adapter,
                model.Base.TokenizerIfAny,
                records,
                run,
                machine.MaxTokensAtOnce,
                norms.StartOf(run.Digest)
            );
            var attempt = new AttemptFile(home, run, from, time);
            var delta = trainer.Train(
                from.Version,
                from.Content.Values,
                noise,
                stepDone,
                cancellation,
                attempt,
                step => log.Information("run {Run}: going on after step {Step}", run.Name, step)
            );
            if (run.Document.Privacy.AdaptiveClipping is not null)
            {
                norms.Ended(run.Digest, from.Version, trainer.MaxGradNorm);
            }

            return delta;
        });

    /// <inheritdoc />
    public void Forget(ConsentedRun run) => AttemptFile.Remove(home, run.Digest);

    /// <inheritdoc />
    public Task<HeldOutLoss> EvaluateAsync(ConsentedRun run, VersionContent? content, CancellationToken cancellation) =>
        _thread.RunAsync(() => HeldOutJudge.Loss(Open(run), content, records, run.Document.Local, cancellation));

    /// <inheritdoc />
    public Task<AttestedMetric> ReleaseMetricAsync(
        ConsentedRun run,
        VersionContent content,
        CancellationToken cancellation
    ) =>
        _thread.RunAsync(() =>
        {
            using var noise = new SecureNoise();
            return HeldOutMetric.Release(
                run.Document.Metrics!,
                records.HeldOutCount,
                HeldOutJudge.LossOfEach(Open(run), content, records, run.Document.Local, cancellation),
                settings.DeclaredHeldOut,
                noise
            );
        });

    /// <inheritdoc />
    public void Dispose()
    {
        _thread.Dispose();
        _model?.Dispose();
    }

    private NoiseSource Noise(ConsentedRun run, long baseVersion)
    {
        if (run.Document.Privacy.Mechanism == "gaussian")
        {
            return new SecureNoise();
        }

        // What a run without a guarantee draws follows from its digest, so that it can be repeated.
        log.Warning("run {Run}: mechanism {Mechanism}: NOT PRIVATE", run.Name, run.Document.Privacy.Mechanism);
        return new TestNoise(run.Digest, baseVersion, node);
    }

    private AdaptedModel Open(ConsentedRun run)
    {
        if (_model?.RunDigest != run.Digest)
        {
            _model?.Dispose();
            _model = null;
            var initial = InitialFactorsFile.Read(home, run.Digest, run.Document);
            var opened = AdaptedModel.Open(run.Digest, run.Document, settings.Models, initial, machine.Resolve());
            try
            {
                new RecordEncoding(opened.Base.TokenizerIfAny, run.Document.Local, opened.Base.Model).Require(
                    records,
                    CancellationToken.None
                );
            }
            catch
            {
                opened.Dispose();
                throw;
            }

            _model = opened;
            _model.Base.Model.CheckpointActivations = machine.CheckpointActivations;
        }

        return _model;
    }
}
