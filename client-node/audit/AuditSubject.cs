using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Adapters.Text;
using Federated.Privacy.Accounting;
using Federated.Protocol;
using static TorchSharp.torch;

namespace Federated.ClientNode;

/// <summary>What an audit trains: a model with an adapter, the local program, and records. A run of this node, or a small model in memory.</summary>
internal sealed class AuditSubject : IDisposable
{
    private readonly IDisposable[] _owned;

    private AuditSubject(
        LoraAdapter adapter,
        TextTokenizer? tokenizer,
        RunDocument document,
        params IDisposable[] owned
    )
    {
        Adapter = adapter;
        Tokenizer = tokenizer;
        Document = document;
        _owned = owned;
        Encoding = new RecordEncoding(tokenizer, document.Local, adapter.Model);
    }

    /// <summary>The adapter; its values are replaced.</summary>
    public LoraAdapter Adapter { get; }

    /// <summary>The model's tokenizer; null: it takes images.</summary>
    public TextTokenizer? Tokenizer { get; }

    /// <summary>How records become tokens or pixels.</summary>
    public RecordEncoding Encoding { get; }

    /// <summary>The run that is audited; noise and steps are the request's.</summary>
    public RunDocument Document { get; }

    /// <summary>The owner's records; null: the audit makes some up.</summary>
    public JsonLinesRecords? Records { get; private init; }

    /// <summary>For people.</summary>
    public string Description { get; private init; } = "a small model in memory and made-up records";

    /// <summary>A run that this node has been offered, with the owner's records and the run's model and program.</summary>
    /// <param name="home">The node's folder; nothing is written there.</param>
    /// <param name="runDigest">The run.</param>
    /// <param name="machine">What of this machine training may use.</param>
    /// <param name="cancellation">Stops the reading of a large file.</param>
    /// <exception cref="NodeHomeException">node.yaml names no folder for the model, or the node has no hold-out key yet.</exception>
    /// <exception cref="InvalidRecordsException">The model cannot take a record.</exception>
    public static AuditSubject OfRun(
        NodeHome home,
        string runDigest,
        TrainingMachine machine,
        CancellationToken cancellation
    )
    {
        var settings = NodeSettingsYaml.Read(home.SettingsFile);
        var offers = new OfferedRuns(home, TimeProvider.System);
        var document = offers.Document(runDigest)!;
        if (!File.Exists(home.HoldOutKeyFile))
        {
            throw new NodeHomeException($"{home.HoldOutKeyFile}: is not there yet; run `fednode join` there first");
        }

        var records = JsonLinesRecords.Open(
            settings.Source.Path,
            HoldOut.Open(home, settings.HoldOutFraction),
            cancellation
        );
        try
        {
            var initial = InitialFactorsFile.Read(home, runDigest, document);
            var model = AdaptedModel.Open(runDigest, document, settings.Models, initial, machine.Resolve());
            var subject = new AuditSubject(model.Adapter, model.Base.TokenizerIfAny, document, model, records)
            {
                Records = records,
                Description =
                    $"run {offers.NameOf(runDigest)} on {records.TrainingCount} records of source {settings.Source.Name}",
            };
            try
            {
                subject.Encoding.Require(records, cancellation);
                return subject;
            }
            catch
            {
                subject.Dispose();
                throw;
            }
        }
        catch
        {
            records.Dispose();
            throw;
        }
    }

    /// <summary>A LLaMA of one layer with random weights from a fixed seed, and an adapter on all its linear layers.</summary>
    /// <param name="width">Width of the residual stream; a multiple of 8.</param>
    /// <param name="rank">Rank of the adapter; ≤ width. It has rank × 9 × width numbers.</param>
    /// <param name="alpha">loraAlpha.</param>
    /// <param name="optimizer">The local program's optimizer.</param>
    public static AuditSubject InMemory(int width, int rank, double alpha, OptimizerSection optimizer)
    {
        var config = new LlamaConfig
        {
            HiddenSize = width,
            IntermediateSize = 2 * width,
            NumHiddenLayers = 1,
            NumAttentionHeads = width / 8,
            NumKeyValueHeads = width / 8,
            HeadDim = 8,
            VocabSize = ByteTokenizer.VocabularySize,
            MaxPositionEmbeddings = 32,
        };
        var adapter = new AdapterSection
        {
            Rank = rank,
            Alpha = alpha,
            Targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
        };
        var document = new RunDocument
        {
            Name = "audit",
            Participants = new ParticipantsSection { Group = "audit" },
            BaseModel = new BaseModelSection { Name = "in-memory", Sha256 = new string('0', 64) },
            Adapter = adapter,
            Privacy = new PrivacySection { MaxSamplingRate = 1 },
            Local = new LocalSection { Optimizer = optimizer, MaxSequenceLength = 32 },
            Rounds = new RoundsSection
            {
                Versions = 1,
                Close = new CloseSection { Cohort = 1 },
            },
        };
        var model = new LlamaModel(config);
        try
        {
            LlamaInitializer.Initialize(model, seed: 1);
            using (no_grad())
            {
                foreach (var parameter in model.parameters().Where(parameter => parameter.dim() == 2))
                {
                    // Weights that predict something: a model that says nothing has nothing to remember with.
                    parameter.ScaleInPlace(10);
                    parameter.requires_grad = false;
                }
            }

            var options = new AdapterOptions(rank, alpha, LoraScaling.RsLora, adapter.Targets, adapter.Seed);
            var attached = new LoraAdapter(model, AdapterLayout.For(config, options));
            return new AuditSubject(attached, ByteTokenizer.Create(), document, attached, model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Sets the adapter to what an update makes of the initial one.</summary>
    /// <param name="update">Δ of the factors that version 0 trains.</param>
    public void Apply(ReadOnlySpan<float> update)
    {
        var whole = Adapter.Layout.InitialValues();
        var trained = Adapter.Layout.TrainedAt(0);
        var values = Adapter.Layout.Take(trained, whole);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] += update[i];
        }

        Adapter.Layout.Put(trained, values, whole);
        Adapter.SetValues(whole);
    }

    /// <summary>The trainer of a request on this subject.</summary>
    /// <param name="request">Claim and noise.</param>
    /// <param name="optimizer">A plain program with this optimizer instead of the run's; null: the run's.</param>
    public AuditedTrainer Trainer(AuditRequest request, OptimizerSection? optimizer = null)
    {
        var document = Document with
        {
            Privacy = Document.Privacy with
            {
                Mechanism = request.Noise.Mechanism,
                NoiseMultiplier = request.Noise.Mechanism == "none" ? 0 : request.NoiseMultiplier,
                MaxGradNorm = request.MaxGradNorm,
                ExpectedBatchSize = request.ExpectedBatchSize,
            },
            Local = optimizer is null
                ? Document.Local with
                {
                    Steps = request.Steps,
                }
                : Document.Local with
                {
                    Steps = request.Steps,
                    Optimizer = optimizer,
                    Schedule = new ScheduleSection(),
                    Accumulation = 1,
                    Proximal = 0,
                },
        };
        var digest = CanonicalRunDocument.Digest(document);
        var plan = new ReservationRequest
        {
            Source = "audit",
            RunDigest = digest,
            SamplingRate = request.SamplingRate,
            NoiseMultiplier = document.Privacy.NoiseMultiplier,
            Steps = request.Steps,
            MaxGradNorm = request.MaxGradNorm,
            Unit = document.Privacy.Unit,
            // Nothing is reserved: what the audit trains is never sent.
            Budget = new PrivacyBudget(double.MaxValue, request.Delta),
            IsPrivate = request.Noise.IsPrivate,
        };
        var run = new ConsentedRun(digest, document, "audit", plan, double.PositiveInfinity, request.Delta);
        return new AuditedTrainer(Adapter, Tokenizer, run, request.Noise);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var owned in _owned)
        {
            owned.Dispose();
        }
    }
}
