using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.ClientNode;
using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;
using Federated.Protocol;

namespace Federated.Lab.Simulate;

/// <summary>
/// Labels for small images, learnt by an adapter on a small classifier through the node's own trainer: Poisson sampling, per-example gradients, clipping,
/// mechanism, optimizer. The rank is as large as the layers allow, so that little is lost but by aggregation.
/// </summary>
/// <param name="seed">The simulation's seed.</param>
/// <param name="population">The nodes.</param>
/// <param name="examples">Where their records come from.</param>
internal sealed class ClassificationTask(long seed, Population population, IExamples examples) : ISimulationTask
{
    private const int RecordsPerNode = 100;

    private readonly ImageConfig _config = new()
    {
        Height = examples.Height,
        Width = examples.Width,
        Convolutions = [],
        Hidden = examples.Hidden,
    };

    private readonly ConcurrentDictionary<int, LabelledRecords> _records = [];
    private readonly ConcurrentBag<LabelClassifier> _idle = [];
    private readonly IReadOnlyList<int> _rareNodes = population.RareNodes();

    // The same luck in sampling and noise for every method that is compared, though each is a run of its own.
    private readonly string _luck = Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"simulation {seed}")))
    );

    /// <inheritdoc/>
    public IReadOnlyList<LinearShape> Layers => _config.Linears;

    /// <inheritdoc/>
    public RunDocument Fit(RunDocument document) =>
        document with
        {
            BaseModel = SyntheticModel.Of("digits", examples.Description),
            Adapter = document.Adapter with
            {
                Rank = Population.Labels,
                Alpha = Population.Labels,
                Scaling = "lora",
                Targets = [.. _config.Linears.Select(linear => linear.Path.Split('.')[^1])],
                RankPattern = new Dictionary<string, int>(),
            },
        };

    /// <inheritdoc/>
    public long RecordsOf(int node) => RecordsPerNode;

    /// <inheritdoc/>
    public TrainedUpdate Train(
        RunDocument document,
        AdapterLayout layout,
        int node,
        TrainingStart from,
        CancellationToken cancellation
    )
    {
        var records = _records.GetOrAdd(
            node,
            node => LabelledRecords.Of(examples, seed, node, population.LabelShares[node], RecordsPerNode)
        );
        var classifier = Take(layout);
        try
        {
            classifier.SetResidual(from.Content.Residual);
            using var noise = new TestNoise(_luck, from.Version, NodeId.Of(BitConverter.GetBytes(node)));
            var trainer = new PrivateTrainer(
                classifier.Adapter,
                records,
                SimulatedConsent.Of(document, RecordsPerNode),
                maxGradNorm: from.MaxGradNorm
            );
            return SimulatedTraining.Run(trainer, document, from, noise, cancellation);
        }
        finally
        {
            _idle.Add(classifier);
        }
    }

    /// <inheritdoc/>
    public Score Evaluate(AdapterLayout layout, VersionContent content)
    {
        var classifier = Take(layout);
        classifier.SetResidual(content.Residual);
        var (losses, accuracies) = classifier.Judge(content.Values, examples.Test);
        _idle.Add(classifier);
        double[] lossOf = [.. population.LabelShares.Select(shares => Mix(shares, losses))];
        double[] accuracyOf = [.. population.LabelShares.Select(shares => Mix(shares, accuracies))];
        return new(
            lossOf.Average(),
            _rareNodes.Average(node => lossOf[node]),
            accuracyOf.Average(),
            _rareNodes.Average(node => accuracyOf[node])
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var classifier in _idle)
        {
            classifier.Dispose();
        }
    }

    private static double Mix(IReadOnlyList<double> shares, double[] ofLabel) =>
        shares.Zip(ofLabel, (share, value) => share * value).Sum();

    private LabelClassifier Take(AdapterLayout layout) =>
        _idle.TryTake(out var classifier) ? classifier : new(_config, seed, layout);
}
