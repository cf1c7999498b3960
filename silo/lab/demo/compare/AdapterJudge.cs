using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.ClientNode;
using Federated.Lab.Demo.Data;
using Federated.Lab.Demo.Reports;

namespace Federated.Lab.Demo.Compare;

/// <summary>Judges adapters on every organisation's held-out records: something only a lab can do, which sees them all.</summary>
internal sealed class AdapterJudge : IDisposable
{
    private const int MaxTokens = 8192;

    // The stranger trains on nothing, so any of its records may judge; a fifth is about as many as the others hold out.
    private const double StrangerShare = 0.2;

    // Enough to tell the methods apart on the same records; all of them would take minutes.
    private const int MostRecords = 128;

    private readonly BaseModel _model;
    private readonly IReadOnlyList<HeldOutSet> _own;
    private readonly HeldOutSet? _stranger;

    /// <summary>Reads the records that the nodes of <paramref name="state"/> hold out.</summary>
    public AdapterJudge(string modelFolder, DemoState state, AdapterOptions adapter)
    {
        TorchThreads.Prepare(Environment.ProcessorCount);
        _model = BaseModel.Load(modelFolder);
        Adapter = new LoraAdapter(_model.Model, AdapterFolder.Layout(modelFolder, adapter));
        var key = DemoPreparation.SplitKey(state.Seed);
        _own =
        [
            .. state.Organisations.Select(organisation =>
                Read(organisation, new HoldOut(key, Organisation.HoldOutShare))
            ),
        ];
        _stranger = state.Stranger is { } stranger ? Read(stranger, new HoldOut(key, StrangerShare)) : null;
    }

    /// <summary>The adapter on the model; whoever judges or trains sets its values.</summary>
    public LoraAdapter Adapter { get; }

    /// <summary>The base model.</summary>
    public BaseModel Model => _model;

    /// <summary>Nats per token on each organisation's held-out records, in their order, then on the stranger's.</summary>
    /// <param name="values">B values; <see langword="null"/> for the base model.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public Scores Judge(float[]? values, CancellationToken cancellationToken)
    {
        Adapter.Enabled = values is not null;
        if (values is not null)
        {
            Adapter.SetValues(values);
        }

        var own = _own.Select(set => Loss(set, cancellationToken)).ToArray();
        var scores = new Scores(own, _stranger is { } stranger ? Loss(stranger, cancellationToken) : null);
        Adapter.Enabled = true;
        return scores;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Adapter.Dispose();
        _model.Dispose();
    }

    private double Loss(HeldOutSet set, CancellationToken cancellationToken) =>
        HeldOutEvaluation.Evaluate(_model.Model, set.Records, MaxTokens, cancellationToken).NatsPerToken;

    private HeldOutSet Read(Organisation organisation, HoldOut holdOut)
    {
        using var records = JsonLinesRecords.Open(organisation.RecordsFile, holdOut);
        return new HeldOutSet(
            organisation.Name,
            [
                .. Enumerable
                    .Range(0, Math.Min(MostRecords, records.HeldOutCount))
                    .Select(i => (int)((long)i * records.HeldOutCount / Math.Min(MostRecords, records.HeldOutCount)))
                    .Select(i =>
                        TokenSequence.Encode(_model.Tokenizer, records.HeldOut(i).Text, DemoDefaults.MaxSequenceLength)
                    ),
            ]
        );
    }
}
