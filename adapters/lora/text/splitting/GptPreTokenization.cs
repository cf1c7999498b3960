using System.Text.RegularExpressions;

namespace Federated.Adapters.Text;

/// <summary>How GPT-2 cuts a text into the pieces that byte pairs never cross: contractions, words, numbers, signs, spaces.</summary>
public static partial class GptPreTokenization
{
    /// <summary>The pattern of GPT-2's encoder.py, which "ByteLevel" means in Hugging Face's tokenizer.json.</summary>
    /// <returns>A pattern whose matches cover any text.</returns>
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    public static partial Regex Pattern();
}
