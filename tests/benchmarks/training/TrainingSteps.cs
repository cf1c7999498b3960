using Federated.Adapters;
using Federated.Privacy.Mechanisms;
using static TorchSharp.torch;

namespace Federated.Benchmarks;

/// <summary>The steps that are compared, on one adapter and one batch.</summary>
internal sealed class TrainingSteps(LoraAdapter adapter, TokenBatch batch) : IDisposable
{
    private readonly float[] _values = adapter.GetValues();
    private readonly PoissonSampler _sampler = new(batch.Count, 1.0);
    private readonly SecureNoise _noise = new();
    private readonly LocalOptimizer _optimizer = LocalOptimizer.Create(new("adamw", 1e-3), (int)adapter.Layout.Count);
    private long _step;

    /// <summary>The ordinary LoRA step.</summary>
    public void Plain()
    {
        using var scope = NewDisposeScope();
        var gradient = SummedGradient.Compute(adapter, batch).div_(batch.Count);
        _optimizer.Step(_values, gradient.data<float>().ToArray());
        adapter.SetValues(_values);
    }

    /// <summary>The whole private step: Poisson draw, per-example gradients, clipping, grid, exact noise, optimizer.</summary>
    public void Private()
    {
        using var scope = NewDisposeScope();
        _noise.BeginStep(_step++);
        // A rate of one: the draw is made, and all records are in every batch, so that both programs do the same work.
        var clipper = new GradientClipper(_sampler.Sample(_noise), (int)adapter.Layout.Count, 1.0);
        clipper.Clip(PerExampleGradients.Compute(adapter, batch));
        using var sum = clipper.Complete();
        _optimizer.Step(_values, GaussianMechanism.Release(sum, 1.0, batch.Count, _noise).Values);
        adapter.SetValues(_values);
    }

    /// <summary>What of the private step is gradients.</summary>
    public void Gradients()
    {
        using var scope = NewDisposeScope();
        PerExampleGradients.Compute(adapter, batch);
    }

    /// <summary>Forward alone.</summary>
    public void Forward()
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        adapter.Model.call(batch.Ids);
    }

    public void Dispose() => _noise.Dispose();
}
