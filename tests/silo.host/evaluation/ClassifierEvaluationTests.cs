using System.Text.Json;
using Federated.Adapters;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using Federated.Aggregation;
using Federated.Aggregation.Grains;
using Federated.Protocol;
using Microsoft.Extensions.Hosting;
using static TorchSharp.torch;

namespace Federated.Silo.Tests;

/// <summary>A text classifier, judged on public records with labels.</summary>
public sealed class ClassifierEvaluationTests : IDisposable
{
    private static readonly string[] Texts =
    [
        "Gets the value",
        "Removes all items",
        "Creates",
        "A new instance",
        "Is it so?",
    ];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_version_has_the_share_of_records_that_it_labels_rightly()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var model = WriteModel();
        var (labels, chosen) = Label(model);
        var file = _folder.File("public.jsonl");
        await File.WriteAllLinesAsync(
            file,
            Texts.Zip(labels, (text, label) => JsonSerializer.Serialize(new { text, label })),
            cancellation
        );
        var document = Document(BaseModelDigest.Compute(model), PublicRecords.Read(file).Sha256);
        var layout = AdapterLayout.For(
            ModelShapes.Of(model).Linears,
            new(2, 4, LoraScaling.RsLora, document.Adapter.Targets, 0)
        );
        var blobs = new FileBlobStore(_folder.File("blobs"));
        var adapter = AdapterBlob.Encode(AdapterBlobKind.Adapter, layout, layout.InitialValues());
        var digest = await blobs.PutAsync(adapter, cancellation);
        using var evaluator = new PublicEvaluator(
            LayoutCatalog.Load(new Dictionary<string, string> { ["labels"] = model }),
            PublicData.Load(new Dictionary<string, string> { ["public"] = file }),
            blobs,
            new Running()
        );

        var judged = await evaluator.EvaluateAsync(
            document,
            layout,
            new PublishedVersion(0, digest, adapter.Length, null, DateTimeOffset.UnixEpoch, null),
            cancellation
        );

        Assert.Equal((chosen, 5L), (judged!.Correct, judged.Tokens));
        Assert.InRange(chosen!.Value, 2, 3); // neither all nor none, or the test would not see which are meant
        Assert.Equal(chosen / 5.0, judged.Accuracy);
        Assert.Empty(judged.Samples);
    }

    public void Dispose() => _folder.Dispose();

    // Every other text is labelled as the model does.
    private static (string[] Labels, long? Right) Label(string folder)
    {
        using var loaded = BaseModel.Load(folder);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var labels = new string[Texts.Length];
        var right = 0L;
        for (var i = 0; i < Texts.Length; i++)
        {
            using var batch = TokenBatch.Of([TokenSequence.EncodeLabelled(loaded.Tokenizer, Texts[i], 0, 16)]);
            var logits = ((IClassifier)loaded.Model).Logits(batch).data<float>().ToArray();
            var own = logits[0] > logits[1] ? 0 : 1;
            labels[i] = (i % 2 == 0 ? own : 1 - own) == 0 ? "ham" : "spam";
            right += i % 2 == 0 ? 1 : 0;
        }

        return (labels, right);
    }

    private string WriteModel()
    {
        var folder = _folder.File("model");
        Directory.CreateDirectory(folder);
        foreach (var name in new[] { "tokenizer.json", "tokenizer_config.json" })
        {
            File.Copy(Path.Combine(RepositoryFolder.BaseDocs, name), Path.Combine(folder, name));
        }

        File.WriteAllText(
            Path.Combine(folder, "config.json"),
            """
            {
              "model_type": "bert", "architectures": ["BertForSequenceClassification"], "hidden_size": 16, "intermediate_size": 24,
              "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 2048, "max_position_embeddings": 32,
              "hidden_act": "gelu", "id2label": {"0": "ham", "1": "spam"}
            }
            """
        );
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var network = new SequenceClassifier((BertConfig)ModelConfig.Read(folder));
        using var generator = new Generator(5, CPU);
        Safetensors.Write(
            Path.Combine(folder, "model.safetensors"),
            network
                .named_parameters()
                .Select(named =>
                    KeyValuePair.Create(named.name, randn(named.parameter.shape, generator: generator).mul(0.2))
                )
                .ToList()
        );
        return folder;
    }

    private static RunDocument Document(string model, string data) =>
        new()
        {
            Participants = new() { Group = "default" },
            BaseModel = new() { Name = "labels", Sha256 = model },
            Adapter = new() { Targets = ["query"] },
            Privacy = new(),
            Local = new() { MaxSequenceLength = 16 },
            Evaluation = new() { Data = "public", Sha256 = data },
            Rounds = new()
            {
                Versions = 1,
                Close = new() { Cohort = 1 },
            },
        };

    private sealed class Running : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() { }
    }
}
