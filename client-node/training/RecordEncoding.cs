using Federated.Adapters;
using Federated.Adapters.Text;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>How a run's records become tokens: each by itself, whatever stands beside it.</summary>
/// <param name="tokenizer">The base model's tokenizer.</param>
/// <param name="local">Length, and whether prompts are predicted.</param>
internal sealed class RecordEncoding(TextTokenizer tokenizer, LocalSection local)
{
    /// <summary>Encodes a record.</summary>
    public TokenSequence Encode(TextRecord record)
    {
        if (record.Prompt is null)
        {
            return TokenSequence.Encode(tokenizer, record.Text, local.MaxSequenceLength);
        }

        var sequence = TokenSequence.Encode(tokenizer, record.Prompt, record.Text, local.MaxSequenceLength);
        return local.PromptMasking ? sequence : sequence with { ContextIds = 1 };
    }
}
