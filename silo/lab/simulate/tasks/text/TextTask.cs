using System.Collections.Concurrent;
using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.ClientNode;
using Federated.Lab.Demo;
using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;
using Federated.Protocol;

namespace Federated.Lab.Simulate;

/// <summary>A language model's adapter, trained by the node's own trainer on text of some sources, each shared out among its nodes.</summary>
internal sealed class TextTask : ISimulationTask
{
    private const string Name = "simulated-text";
    private const int MaxTokensAtOnce = 4096;

    private readonly string _folder;
    private readonly string _sha256;
    private readonly IReadOnlyList<TextSource> _sources;
    private readonly int _nodes;
    private readonly IReadOnlyList<int> _rareNodes;
    private readonly ConcurrentBag<AdaptedModel> _idle = [];
    private RunDocument? _document;

    private TextTask(string folder, IReadOnlyList<TextSource> sources, Population population)
    {
        (_folder, _sha256, _sources) = (folder, BaseModelDigest.Compute(folder), sources);
        (_nodes, _rareNodes) = (population.Probabilities.Count, population.RareNodes());
        Layers = ModelShapes.Of(folder).Linears;
    }

    /// <inheritdoc/>
    public IReadOnlyList<LinearShape> Layers { get; }

    /// <summary>Opens the model's shapes.</summary>
    /// <param name="modelFolder">Its folder; null = the model that comes with the program.</param>
    /// <param name="sources">Node n has text of source n mod their number.</param>
    /// <param name="population">The nodes.</param>
    public static TextTask Open(string? modelFolder, IReadOnlyList<TextSource> sources, Population population) =>
        new(modelFolder ?? BaseModelFolder.Find(), sources, population);

    /// <inheritdoc/>
    public RunDocument Fit(RunDocument document) =>
        _document = document with { BaseModel = document.BaseModel with { Name = Name, Sha256 = _sha256 } };

    /// <inheritdoc/>
    public long RecordsOf(int node) => Records(node).TrainingCount;

    /// <inheritdoc/>
    public TrainedUpdate Train(
        RunDocument document,
        AdapterLayout layout,
        int node,
        TrainingStart from,
        CancellationToken cancellation
    )
    {
        var records = Records(node);
        var model = Take();
        try
        {
            model.SetResidual(from.Content.Residual);
            using var noise = new TestNoise(_sha256, from.Version, NodeId.Of(BitConverter.GetBytes(node)));
            var trainer = new PrivateTrainer(
                model.Adapter,
                model.Base.Tokenizer,
                records,
                SimulatedConsent.Of(document, records.TrainingCount),
                maxGradNorm: from.MaxGradNorm
            );
            return SimulatedTraining.Run(trainer, document, from, noise, cancellation);
        }
        finally
        {
            _idle.Add(model);
        }
    }

    /// <inheritdoc/>
    public Score Evaluate(AdapterLayout layout, VersionContent content)
    {
        var model = Take();
        model.SetResidual(content.Residual);
        model.Adapter.SetValues(content.Values);
        var encoding = new RecordEncoding(model.Base.Tokenizer, _document!.Local);
        double[] losses =
        [
            .. _sources.Select(source =>
                HeldOutEvaluation
                    .Evaluate(
                        model.Base.Model,
                        [.. source.HeldOut.Select(encoding.Encode)],
                        MaxTokensAtOnce,
                        CancellationToken.None
                    )
                    .NatsPerToken
            ),
        ];
        _idle.Add(model);
        return new(
            Enumerable.Range(0, _nodes).Average(node => losses[node % losses.Length]),
            _rareNodes.Average(node => losses[node % losses.Length])
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in _idle)
        {
            model.Dispose();
        }
    }

    // The nodes of a source deal its records out among them.
    private RecordsInMemory Records(int node)
    {
        var source = _sources[node % _sources.Count];
        var (sharers, mine) = (((_nodes - 1 - (node % _sources.Count)) / _sources.Count) + 1, node / _sources.Count);
        TextRecord[] records = [.. source.Training.Where((_, index) => index % sharers == mine)];
        return records.Length > 0
            ? new(records)
            : throw new SimulationException(
                $"{source.Name} has {source.Training.Count} records for {sharers} nodes: lower --nodes",
                isUsage: true
            );
    }

    private AdaptedModel Take() =>
        _idle.TryTake(out var model)
            ? model
            : AdaptedModel.Open(
                Name,
                _document!,
                new Dictionary<string, string>(StringComparer.Ordinal) { [Name] = _folder }
            );
}
