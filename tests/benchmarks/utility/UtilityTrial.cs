using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Privacy.Mechanisms;
using static TorchSharp.torch;

namespace Federated.Benchmarks;

/// <summary>One split and one frozen factor: a model that can be trained from its start as often as one likes.</summary>
internal sealed class UtilityTrial : IDisposable
{
    private readonly BaseModel _base;
    private readonly LoraAdapter _adapter;
    private readonly IReadOnlyList<TokenSequence> _training;
    private readonly IReadOnlyList<TokenSequence> _heldOut;
    private readonly int _tokensAtOnce;

    public UtilityTrial(Speeches speeches, AdapterOptions options, int length, int tokensAtOnce)
    {
        _base = BaseModel.Load(Path.Combine(AppContext.BaseDirectory, "base-docs"));
        var model = (LlamaModel)_base.Model;
        _adapter = new LoraAdapter(model, AdapterLayout.For(model.Config.Linears, options));
        _training = [.. speeches.Training.Select(text => TokenSequence.Encode(_base.Tokenizer, text, length))];
        _heldOut = [.. speeches.HeldOut.Select(text => TokenSequence.Encode(_base.Tokenizer, text, length))];
        _tokensAtOnce = tokensAtOnce;
    }

    /// <summary>d: how many numbers are trained.</summary>
    public long TrainedNumbers => _adapter.Layout.Count;

    /// <summary>
    /// Trains from B = 0; the values after it. Without a noise multiplier σ there is neither clipping nor noise. With a schedule of ranks each step is a version, and directions are
    /// given up as a silo does.
    /// </summary>
    public float[] Train(
        int steps,
        int expectedBatchSize,
        double learningRate,
        double? noiseMultiplier,
        RankSchedule? ranks = null
    )
    {
        ActiveDirections? active = null;
        using var noise = new SecureNoise();
        var sampler = new PoissonSampler(_training.Count, (double)expectedBatchSize / _training.Count);
        var optimizer = LocalOptimizer.Create(new("adamw", learningRate), (int)_adapter.Layout.Count);
        var values = _adapter.Layout.InitialValues();
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            _adapter.SetValues(values);
            var batch = sampler.Sample(noise);
            var gradient = noiseMultiplier is { } sigma
                ? Private(batch, expectedBatchSize, sigma, noise, active is null ? null : tensor(active.Mask()))
                : Plain(batch, expectedBatchSize);
            var change = gradient.Values.ToArray();
            active?.Project(change);
            optimizer.Step(values, change);
            if (ranks is not null && step + 1 > ranks.From)
            {
                // What the optimizer still remembers of a direction goes with it.
                active?.Project(values);
                active = (active ?? ActiveDirections.Of(_adapter.Layout, values)).Strongest(
                    values,
                    ranks.CountAt(step + 1, _adapter.Layout)
                );
                active.Project(values);
            }
        }

        return values;
    }

    /// <summary>Nats per token on the held-out records; null: of the base model.</summary>
    public double HeldOutLoss(float[]? values)
    {
        _adapter.SetValues(values ?? _adapter.Layout.InitialValues());
        return HeldOutEvaluation.Evaluate(_adapter.Model, _heldOut, _tokensAtOnce, CancellationToken.None).NatsPerToken;
    }

    public void Dispose()
    {
        _adapter.Dispose();
        _base.Dispose();
    }

    private NoisyGradient Private(
        PoissonBatch batch,
        int expectedBatchSize,
        double sigma,
        SecureNoise noise,
        Tensor? mask
    )
    {
        var clipper = new GradientClipper(batch, (int)_adapter.Layout.Count, maxGradNorm: 1);
        foreach (var piece in Pieces(batch))
        {
            using var scope = NewDisposeScope();
            using (piece)
            {
                var rows = PerExampleGradients.Compute(_adapter, piece);
                clipper.Clip(mask is null ? rows : rows * mask);
            }
        }

        using var sum = clipper.Complete();
        return GaussianMechanism.Release(sum, sigma, expectedBatchSize, noise);
    }

    private NoisyGradient Plain(PoissonBatch batch, int expectedBatchSize)
    {
        var sum = zeros(_adapter.Layout.Count);
        foreach (var piece in Pieces(batch))
        {
            using (piece)
            {
                sum.add_(SummedGradient.Compute(_adapter, piece));
            }
        }

        return NonPrivateMechanism.Release(sum.div_(expectedBatchSize));
    }

    private IEnumerable<TokenBatch> Pieces(PoissonBatch batch)
    {
        var sequences = batch.Indices.Select(index => _training[index]).ToList();
        return MicroBatches
            .Plan([.. sequences.Select(sequence => sequence.Ids.Count)], _tokensAtOnce)
            .Select(piece => TokenBatch.Of([.. piece.Select(index => sequences[index])]));
    }
}
