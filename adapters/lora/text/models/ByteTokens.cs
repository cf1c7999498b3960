using System.Globalization;
using System.Text;

namespace Federated.Adapters.Text;

/// <summary>The tokens &lt;0x00&gt; … &lt;0xFF&gt;, into which SentencePiece turns characters that its vocabulary lacks.</summary>
internal sealed class ByteTokens
{
    private readonly int[] _ids;

    private ByteTokens(int[] ids) => _ids = ids;

    /// <summary>The tokens of a vocabulary; null unless it has all 256.</summary>
    public static ByteTokens? Find(IReadOnlyDictionary<string, int> vocabulary)
    {
        var ids = new int[256];
        for (var value = 0; value < 256; value++)
        {
            if (!vocabulary.TryGetValue($"<0x{value:X2}>", out ids[value]))
            {
                return null;
            }
        }

        return new ByteTokens(ids);
    }

    /// <summary>The ids of a text's UTF-8 bytes.</summary>
    public IEnumerable<int> Of(string text) => Encoding.UTF8.GetBytes(text).Select(value => _ids[value]);

    /// <summary>The byte that a token stands for; null when it is another token.</summary>
    public static byte? Value(string token) =>
        token.Length == 6
        && token.StartsWith("<0x", StringComparison.Ordinal)
        && token[5] == '>'
        && byte.TryParse(
            token.AsSpan(3, 2),
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out var value
        )
            ? value
            : null;
}
