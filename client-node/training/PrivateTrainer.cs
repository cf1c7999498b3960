using Federated.Adapters;
using Federated.Adapters.Text;
using Federated.Privacy.Mechanisms;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Federated.ClientNode;

/// <summary>
/// DP-SGD on the adapter (Abadi et al. 2016, Algorithm 1, with Poisson sampling): steps 1–4 of a round, where records, adapters and
/// privacy meet. Synchronous, on the training thread.
/// </summary>
/// <remarks>
/// A value changes its type each time its trust changes, and only the mechanism makes what the optimizer takes:
/// <code>
///   PoissonBatch → [B, d] → ClippedSum → NoisyGradient → θ          B records, or B subjects where these are the unit
/// </code>
/// An empty batch takes a noisy step like any other; the noisy sum is divided by the public expected batch size, never by the size at hand.
/// </remarks>
internal sealed class PrivateTrainer(
    LoraAdapter adapter,
    ITrainingBatches records,
    ConsentedRun run,
    SubjectUnits? subjects = null,
    double? maxGradNorm = null
)
{
    private readonly UnitGradients _units = new(adapter, records, subjects);
    private readonly LocalProgram _program = LocalPrograms.Of(run.Document);
    private readonly StepRelease _release = new(run.Document.Privacy, maxGradNorm);

    /// <summary>Trains on texts or images.</summary>
    public PrivateTrainer(
        LoraAdapter adapter,
        TextTokenizer? tokenizer,
        ITrainingRecords records,
        ConsentedRun run,
        int maxTokensAtOnce = TrainingMachine.DefaultMaxTokensAtOnce,
        double? maxGradNorm = null
    )
        : this(
            adapter,
            new EncodedBatches(
                records,
                new RecordEncoding(tokenizer, run.Document.Local, adapter.Model),
                run.Document.Local.LabelSmoothing,
                maxTokensAtOnce,
                adapter.Model.Device
            ),
            run,
            run.Document.Privacy.MaxRecordsPerSubject is { } most ? SubjectUnits.Of(records, most) : null,
            maxGradNorm
        ) { }

    /// <summary>C of the next step. It moves only under adaptive clipping.</summary>
    public double MaxGradNorm => _release.MaxGradNorm;

    /// <summary>Runs the local program.</summary>
    /// <param name="baseVersion">The version that is trained from; it says which factors are trained.</param>
    /// <param name="baseValues">θ_base: all that the adapter holds.</param>
    /// <param name="noise">The secrets of this attempt.</param>
    /// <param name="stepDone">Told the number of steps done.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <param name="resumed">Told the number of steps of an earlier process that are gone on with.</param>
    /// <param name="attempt">Where the attempt is kept after noisy steps, and gone on with; null: it is not kept.</param>
    /// <returns>Δ = θ_after − θ_base of the trained factors, [d].</returns>
    /// <exception cref="NonFiniteUpdateException">The values have left the range of float32: nothing is sealed.</exception>
    /// <exception cref="InvalidOperationException">A private run would have been trained without a guarantee.</exception>
    public float[] Train(
        long baseVersion,
        float[] baseValues,
        NoiseSource noise,
        Action<int> stepDone,
        CancellationToken cancellation,
        AttemptFile? attempt = null,
        Action<int>? resumed = null
    )
    {
        var trained = adapter.Layout.TrainedAt(baseVersion);
        var sampler = new PoissonSampler(_units.Count, run.Plan.SamplingRate);
        var trajectory = new LocalTrajectory(_program, trained, baseVersion, adapter.Layout.Take(trained, baseValues));
        var whole = baseValues.ToArray();
        var active = LocalPrograms.RanksOf(run.Document)?.Of(baseVersion, adapter.Layout, baseValues)?.Mask();
        using var mask = active is null ? null : tensor(active, device: adapter.Values.device);
        if (Resume(trajectory, attempt))
        {
            resumed?.Invoke(trajectory.Gradients);
        }

        for (var step = trajectory.Gradients; step < _program.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            noise.BeginStep(step);
            adapter.Layout.Put(trained, trajectory.Values, whole);
            adapter.SetValues(whole);
            var gradient = Step(trained, sampler, noise, mask);
            if (run.Plan.IsPrivate && !gradient.IsPrivate)
            {
                throw new InvalidOperationException(
                    "the mechanism gave no guarantee for a private run: nothing is sealed"
                );
            }

            trajectory.Take(active is null ? gradient.Values : Masked(gradient.Values, active));
            RequireFinite(trajectory.Values, step);
            attempt?.Write(() => _release.Save(trajectory.Save()));
            stepDone(step + 1);
        }

        var delta = trajectory.Delta();
        RequireFinite(delta, _program.Steps - 1);
        return delta;
    }

    private bool Resume(LocalTrajectory trajectory, AttemptFile? attempt)
    {
        try
        {
            if (attempt?.Read() is { } state)
            {
                _release.Restore(state, rest => trajectory.Restore(rest));
                return true;
            }
        }
        catch (InvalidDataException)
        {
            // Of another build or program: the attempt begins afresh, as if nothing had been kept.
        }

        return false;
    }

    // The values are made of noisy gradients alone, so that a stop here says nothing that the noise does not cover.
    private static void RequireFinite(ReadOnlySpan<float> values, int step)
    {
        if (FiniteValues.IndexOfNotFinite(values) >= 0)
        {
            throw new NonFiniteUpdateException(
                $"training left the range of numbers in step {step + 1}: learning rate or noise is too large for this model"
            );
        }
    }

    // What the noise put into directions that the base version has given up; dropping it is post-processing.
    private static float[] Masked(ReadOnlySpan<float> values, float[] active)
    {
        var masked = new float[values.Length];
        TensorPrimitives.Multiply(values, active, masked);
        return masked;
    }

    private NoisyGradient Step(AdapterLayout trained, PoissonSampler sampler, NoiseSource noise, Tensor? mask)
    {
        using var scope = NewDisposeScope();

        // :: (1) sample
        var batch = sampler.Sample(noise);

        // :: (2) gradient per unit, (3) clip
        var clipper = new GradientClipper(batch, (int)trained.Count, _release.MaxGradNorm);
        // [b, d], piece by piece; a direction that the base version has given up takes no part of the bound.
        _units.Compute(batch.Indices, trained, rows => clipper.Clip(mask is null ? rows : rows * mask));
        using var sum = clipper.Complete();

        // :: (4) noise
        return _release.Release(sum, noise);
    }
}
