using Federated.Adapters.Models;
using Federated.Adapters.Text;
using static TorchSharp.torch;

namespace Federated.Lab.Pretrain;

/// <summary>
/// Makes a base model from the documentation on this machine: text → tokenizer → training → measurement beside n-grams → folder.
/// </summary>
internal sealed class PretrainingRun(PretrainOptions options, TimeProvider time, TextWriter output)
{
    private static readonly string[] SpecialTokens = ["<|bos|>", "<|eos|>"];

    /// <summary>Runs to the end, or saves the state and throws when cancelled.</summary>
    public PretrainingReport Run(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Output);

        // 1. Text: what is learned from, and whole assemblies that are not.
        var packs = ReferencePacks.Names.Select(name => (Name: name, Pack: ReferencePacks.Find(name))).ToList();
        var corpus = PretrainingCorpus.Read(packs.SelectMany(pack => pack.Pack.XmlFiles));
        var texts = corpus.Training.Select(member => member.Text).ToList();
        output.WriteLine(
            $"{texts.Count} training records, {texts.Sum(text => (long)text.Length)} characters; {corpus.HeldOut.Count} held out"
        );
        cancellationToken.ThrowIfCancellationRequested();

        // 2. Tokenizer, and the configuration that tells it apart from text.
        var config = WriteTokenizer(texts, cancellationToken);
        var tokenizer = TextTokenizer.Load(options.Output);
        var training = EncodedRecords.Cut(texts, tokenizer, options.MaxSequenceLength);
        var heldOut = EncodedRecords.Whole(
            corpus.HeldOut.Select(member => member.Text),
            tokenizer,
            options.MaxSequenceLength
        );
        var trainingTokens = training.Sum(ids => ids.Length - 1L);
        output.WriteLine($"{config.VocabSize} tokens in the vocabulary, {trainingTokens} in the training records");

        // 3. Training.
        using var model = new LlamaModel(config);
        LlamaInitializer.Initialize(model, options.Seed);
        var parameters = model.parameters().Sum(parameter => parameter.numel());
        output.WriteLine($"{parameters} parameters, {options.Steps} steps of at most {options.TokensPerBatch} tokens");
        model.ComputeType = options.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        double HeldOutNow()
        {
            var (sum, count) = HeldOutLoss.Measure(model, heldOut.Select(record => record.Ids), cancellationToken);
            return sum / count;
        }

        var state = new Trainer(options, model, time, output).Run(training, HeldOutNow, cancellationToken);

        // 4. Measured as it is stored: rounded to bfloat16 and read back.
        LlamaCheckpoint.Write(model, options.Output, ScalarType.BFloat16);
        using var stored = BaseModel.Load(options.Output);
        var (nats, tokens) = HeldOutLoss.Measure(
            stored.LanguageModel,
            heldOut.Select(record => record.Ids),
            cancellationToken
        );
        const string prompt = "Stack<T>.Push(item): ";
        var report = new PretrainingReport
        {
            Options = options,
            Packs = [.. packs.Select(pack => (pack.Name, pack.Pack.Version))],
            TrainingRecords = texts.Count,
            TrainingCharacters = texts.Sum(text => (long)text.Length),
            TrainingTokens = trainingTokens,
            HeldOutRecords = heldOut.Count,
            HeldOutTooLong = corpus.HeldOut.Count - heldOut.Count,
            HeldOutCharacters = heldOut.Sum(record => (long)record.Text.Length),
            HeldOutTokens = tokens,
            Parameters = parameters,
            Training = state,
            HeldOutNats = nats,
            Baselines = NgramBaselines.Measure(texts, training, heldOut, config.VocabSize),
            SamplePrompt = prompt,
            Sample = new TextGenerator(stored.LanguageModel, tokenizer).Continue(
                prompt,
                60,
                cancellationToken: cancellationToken
            ),
        };

        // 5. The model card; the state is of no use any more.
        File.WriteAllText(Path.Combine(options.Output, "README.md"), ModelCard.Write(report));
        File.Delete(Path.Combine(options.Output, TrainingState.FileName));
        return report;
    }

    private LlamaConfig WriteTokenizer(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var vocabulary = BytePairTrainer.Train(texts, SpecialTokens, options.VocabularySize, cancellationToken);
        vocabulary.Write(options.Output, options.MaxSequenceLength);
        var config = new LlamaConfig
        {
            HiddenSize = options.Width,
            IntermediateSize = options.InnerWidth,
            NumHiddenLayers = options.Layers,
            NumAttentionHeads = options.Heads,
            NumKeyValueHeads = options.KeyValueHeads,
            HeadDim = options.Width / options.Heads,
            VocabSize = vocabulary.Tokens.Count,
            MaxPositionEmbeddings = options.MaxSequenceLength,
            RmsNormEps = 1e-5,
            TieWordEmbeddings = true,
            BosTokenId = 0,
            EosTokenId = 1,
        };
        File.WriteAllText(Path.Combine(options.Output, "config.json"), config.ToJson("bfloat16"));
        return config;
    }
}
