using Federated.Adapters;
using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Benchmarks;

/// <summary>The same step over all weights, for comparison: what an adapter saves.</summary>
internal sealed class FullFineTuning : IDisposable
{
    private readonly CausalLanguageModel _model;
    private readonly TokenBatch _batch;
    private readonly optim.Optimizer _optimizer;

    public FullFineTuning(CausalLanguageModel model, TokenBatch batch)
    {
        _model = model;
        _batch = batch;
        foreach (var parameter in model.parameters())
        {
            parameter.requires_grad = true;
        }

        _optimizer = optim.AdamW(model.parameters(), 1e-3);
    }

    public void Step()
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        _model.LossPerExample(_batch).mean().backward();
        _optimizer.step();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _model.Dispose();
    }
}
