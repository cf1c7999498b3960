using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Adapters.Text;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>How a run's records become what the model takes, tokens or pixels: each by itself, whatever stands beside it.</summary>
/// <param name="tokenizer">The base model's tokenizer; null: it takes images.</param>
/// <param name="local">Length, and whether prompts are predicted.</param>
/// <param name="model">The base model; a classifier needs labels. Null: a language model.</param>
internal sealed class RecordEncoding(TextTokenizer? tokenizer, LocalSection local, AdaptableModel? model = null)
{
    private readonly IClassifier? _classifier = model as IClassifier;
    private readonly BertConfig? _pairs = (model as SequenceClassifier)?.Config;

    private readonly ImageConfig? _images = (model as ImageClassifier)?.Config;

    // Only a model of texts gets as far.
    private TextTokenizer Tokenizer =>
        tokenizer ?? throw new InvalidOperationException("a model that takes no images needs a tokenizer");

    /// <summary>
    /// Refuses records that the model cannot take: all of them and beforehand, since which records are sampled later must not show in whether training goes on.
    /// </summary>
    /// <param name="records">The owner's records.</param>
    /// <param name="cancellation">Stops the reading of a large file.</param>
    /// <exception cref="InvalidRecordsException">The first of them by line.</exception>
    public void Require(JsonLinesRecords records, CancellationToken cancellation)
    {
        if (_classifier is not null || records.NeedsFittingModel)
        {
            records.Require(Fault, cancellation);
        }
    }

    /// <summary>What is wrong with a record for the model, without a word of it.</summary>
    /// <returns>The complaint and its fix; null: nothing.</returns>
    public string? Fault(TextRecord record)
    {
        if (_images is not null)
        {
            return ImageFault(record, _images);
        }

        if (record.IsImage)
        {
            return $"has a field \"{ImagePixels.Field}\", and the model takes texts";
        }

        if (_classifier is not null)
        {
            return record.Messages is not null || record.Prompt is not null
                    ? "is no text with a label, which a classifier takes"
                : record.Pair is not null && local.MaxSequenceLength < TextPair.MinLength
                    ? $"has a field \"pair\", and two texts need a local.maxSequenceLength of {TextPair.MinLength} or more"
                : LabelFault(record);
        }

        if (record.Pair is not null)
        {
            return "has a field \"pair\", which only a classifier takes; use prompt and completion";
        }

        if (record.Messages is null)
        {
            return null;
        }

        if (!Tokenizer.HasChatTemplate)
        {
            return "is a conversation, and the model has no chat template; use prompt and completion";
        }

        try
        {
            _ = Tokenizer.EncodeChat(record.Messages);
            return null;
        }
        catch (ChatTemplateException)
        {
            // The template's own words may quote the record.
            return "is a conversation that the model's chat template refuses; most often roles must alternate";
        }
    }

    /// <summary>Encodes a record.</summary>
    /// <exception cref="InvalidRecordsException">The model cannot take it; see <see cref="Fault"/>.</exception>
    public ModelRecord Encode(TextRecord record)
    {
        if (_images is not null || record.IsImage)
        {
            return Fault(record) is { } fault
                ? throw new InvalidRecordsException($"a record {fault}")
                : new ImageExample(
                    ImagePixels.Read(_images!, record.Text),
                    (_images!.Channels, _images.Height, _images.Width),
                    ClassifierLabels.Find(_classifier!, record.Label)!.Value
                );
        }

        if (_classifier is not null)
        {
            return ClassifierLabels.Find(_classifier, record.Label) is { } label && Fault(record) is null
                ? Labelled(record, label)
                : throw new InvalidRecordsException($"a record {Fault(record)}");
        }

        if (record.Pair is not null)
        {
            throw new InvalidRecordsException($"a record {Fault(record)}");
        }

        if (record.Messages is { } messages)
        {
            return Masked(TokenSequence.Encode(Tokenizer, messages, local.MaxSequenceLength));
        }

        return record.Prompt is { } prompt
            ? Masked(TokenSequence.Encode(Tokenizer, prompt, record.Text, local.MaxSequenceLength))
            : TokenSequence.Encode(Tokenizer, record.Text, local.MaxSequenceLength);
    }

    private string? LabelFault(TextRecord record) =>
        ClassifierLabels.Find(_classifier!, record.Label) is null
            ? $"needs a field \"label\" that names one of the model's labels ({string.Join(", ", _classifier!.LabelNames.Take(20))}) or its number"
            : null;

    private string? ImageFault(TextRecord record, ImageConfig config)
    {
        if (!record.IsImage)
        {
            return $"has no field \"{ImagePixels.Field}\", which an image classifier takes";
        }

        try
        {
            _ = ImagePixels.Read(config, record.Text);
            return LabelFault(record);
        }
        catch (FormatException error)
        {
            return error.Message;
        }
    }

    private TokenSequence Labelled(TextRecord record, int label) =>
        record.Pair is { } pair
            ? TextPair.Encode(Tokenizer, _pairs!, record.Text, pair, label, local.MaxSequenceLength)
            : TokenSequence.EncodeLabelled(Tokenizer, record.Text, label, local.MaxSequenceLength);

    private TokenSequence Masked(TokenSequence sequence) =>
        local.PromptMasking ? sequence : sequence with { ContextIds = 1 };
}
