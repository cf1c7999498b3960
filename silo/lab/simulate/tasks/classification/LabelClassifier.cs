using Federated.Adapters;
using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Lab.Simulate;

/// <summary>A small classifier with an adapter that learns. For one thread at a time.</summary>
internal sealed class LabelClassifier : IDisposable
{
    private readonly ImageClassifier _model;
    private FrozenProducts? _residual;

    /// <summary>Makes the classifier.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of the frozen weights; a classifier without hidden layers has none, and the adapter is all of it.</param>
    /// <param name="layout">The adapter's layout.</param>
    public LabelClassifier(ImageConfig config, long seed, AdapterLayout layout)
    {
        _model = new(config);
        if (config.Hidden.Count > 0)
        {
            _model.Initialize(seed);
        }
        else
        {
            using var untracked = no_grad();
            foreach (var parameter in _model.parameters())
            {
                parameter.zero_();
            }
        }

        Adapter = new(_model, layout);
    }

    /// <summary>The adapter.</summary>
    public LoraAdapter Adapter { get; }

    /// <summary>Puts the frozen products of a version under its adapter, in place of those before.</summary>
    /// <param name="residual">One for each layer; null = none.</param>
    public void SetResidual(IReadOnlyList<LayerProduct>? residual)
    {
        _residual?.Dispose();
        _residual = residual is null ? null : new(_model, Adapter.Layout, residual);
    }

    /// <summary>Mean loss and share of right answers for each label.</summary>
    /// <param name="values">The adapter.</param>
    /// <param name="records">Some of each label.</param>
    public (double[] Losses, double[] Accuracies) Judge(
        float[] values,
        IReadOnlyList<(float[] Image, int Label)> records
    )
    {
        Adapter.SetValues(values);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var batch = ImageBatch.Of(
            [.. records.Select(record => record.Image)],
            (1, _model.Config.Height, _model.Config.Width),
            [.. records.Select(record => record.Label)]
        );
        var logits = _model.Logits(batch); // [B, labels]
        var losses = _model.LossPerExample(batch).data<float>().ToArray();
        var answers = logits.argmax(1).data<long>().ToArray();
        var (loss, right, count) = (
            new double[Population.Labels],
            new double[Population.Labels],
            new double[Population.Labels]
        );
        for (var i = 0; i < records.Count; i++)
        {
            var label = records[i].Label;
            loss[label] += losses[i];
            right[label] += answers[i] == label ? 1 : 0;
            count[label]++;
        }

        return (
            [.. loss.Zip(count, (sum, n) => sum / Math.Max(1, n))],
            [.. right.Zip(count, (sum, n) => sum / Math.Max(1, n))]
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _residual?.Dispose();
        Adapter.Dispose();
        _model.Dispose();
    }
}
