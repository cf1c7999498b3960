using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Adapters.Text;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>How a run's records become tokens: each by itself, whatever stands beside it.</summary>
/// <param name="tokenizer">The base model's tokenizer.</param>
/// <param name="local">Length, and whether prompts are predicted.</param>
/// <param name="model">The base model; a classifier needs labels. Null: a language model.</param>
internal sealed class RecordEncoding(TextTokenizer tokenizer, LocalSection local, AdaptableModel? model = null)
{
    private readonly IClassifier? _classifier = model as IClassifier;
    private readonly BertConfig? _pairs = (model as SequenceClassifier)?.Config;

    /// <summary>Whether the model needs more of a record than a text.</summary>
    public bool NeedsLabels => _classifier is not null;

    /// <summary>What is wrong with a record for the model, without a word of it.</summary>
    /// <returns>The complaint and its fix; null: nothing.</returns>
    public string? Fault(TextRecord record)
    {
        if (_classifier is not null)
        {
            return record.Messages is not null || record.Prompt is not null
                    ? "is no text with a label, which a classifier takes"
                : record.Pair is not null && local.MaxSequenceLength < TextPair.MinLength
                    ? $"has a field \"pair\", and two texts need a local.maxSequenceLength of {TextPair.MinLength} or more"
                : ClassifierLabels.Find(_classifier, record.Label) is null
                    ? $"needs a field \"label\" that names one of the model's labels ({string.Join(", ", _classifier.LabelNames.Take(20))}) or its number"
                : null;
        }

        if (record.Pair is not null)
        {
            return "has a field \"pair\", which only a classifier takes; use prompt and completion";
        }

        if (record.Messages is null)
        {
            return null;
        }

        if (!tokenizer.HasChatTemplate)
        {
            return "is a conversation, and the model has no chat template; use prompt and completion";
        }

        try
        {
            _ = tokenizer.EncodeChat(record.Messages);
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
    public TokenSequence Encode(TextRecord record)
    {
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
            return Masked(TokenSequence.Encode(tokenizer, messages, local.MaxSequenceLength));
        }

        return record.Prompt is { } prompt
            ? Masked(TokenSequence.Encode(tokenizer, prompt, record.Text, local.MaxSequenceLength))
            : TokenSequence.Encode(tokenizer, record.Text, local.MaxSequenceLength);
    }

    private TokenSequence Labelled(TextRecord record, int label) =>
        record.Pair is { } pair
            ? TextPair.Encode(tokenizer, _pairs!, record.Text, pair, label, local.MaxSequenceLength)
            : TokenSequence.EncodeLabelled(tokenizer, record.Text, label, local.MaxSequenceLength);

    private TokenSequence Masked(TokenSequence sequence) =>
        local.PromptMasking ? sequence : sequence with { ContextIds = 1 };
}
