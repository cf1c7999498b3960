using System.Text.Json;
using Federated.Adapters.Text;

namespace Federated.ClientNode;

/// <summary>A byte-level tokenizer without merges, one token a byte, for models that exist in memory only.</summary>
internal static class ByteTokenizer
{
    /// <summary>Number of tokens.</summary>
    public const int VocabularySize = 256;

    /// <summary>Makes it, by way of a folder that is gone afterwards.</summary>
    public static TextTokenizer Create()
    {
        var folder = Directory.CreateTempSubdirectory("fednode-audit-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "vocab.json"), JsonSerializer.Serialize(Vocabulary()));
            File.WriteAllText(Path.Combine(folder.FullName, "merges.txt"), "#version: 0.2\n");
            return TextTokenizer.Load(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // GPT-2's letters for bytes: printable Latin-1 stands for itself, and the others for letters from U+0100.
    private static Dictionary<string, int> Vocabulary()
    {
        var letters = new Dictionary<string, int>(VocabularySize);
        var moved = 0x100;
        for (var value = 0; value < VocabularySize; value++)
        {
            var isPrintable = value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            letters.Add(((char)(isPrintable ? value : moved++)).ToString(), value);
        }

        return letters;
    }
}
