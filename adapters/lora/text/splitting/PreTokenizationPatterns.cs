using System.Text.RegularExpressions;

namespace Federated.Adapters.Text;

/// <summary>Patterns of families whose older files leave them to the code.</summary>
internal static partial class PreTokenizationPatterns
{
    /// <summary>Qwen2Tokenizer's: contractions in any case, words with a sign before them, digits one by one, line ends apart.</summary>
    public static RunePattern Qwen { get; } = new(QwenPattern());

    [GeneratedRegex(
        @"(?i:'[s\u017F]|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )]
    private static partial Regex QwenPattern();
}
