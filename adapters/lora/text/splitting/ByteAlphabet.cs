using System.Text;

namespace Federated.Adapters.Text;

/// <summary>GPT-2's spelling of bytes: each of the 256 is one visible character, so that vocabularies are text.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] OfByte = new char[256];
    private static readonly Dictionary<char, byte> OfCharacter = [];

    static ByteAlphabet()
    {
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var visible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            OfByte[value] = (char)(visible ? value : next++);
            OfCharacter.Add(OfByte[value], (byte)value);
        }
    }

    /// <summary>Spells the UTF-8 bytes of a text.</summary>
    public static string Spell(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return string.Create(
            bytes.Length,
            bytes,
            static (spelled, from) =>
            {
                for (var i = 0; i < from.Length; i++)
                {
                    spelled[i] = OfByte[from[i]];
                }
            }
        );
    }

    /// <summary>Appends the bytes that a token spells, or its own UTF-8 when it is not spelled so (an added token).</summary>
    public static void Read(string token, List<byte> bytes)
    {
        var start = bytes.Count;
        foreach (var character in token)
        {
            if (!OfCharacter.TryGetValue(character, out var value))
            {
                bytes.RemoveRange(start, bytes.Count - start);
                bytes.AddRange(Encoding.UTF8.GetBytes(token));
                return;
            }

            bytes.Add(value);
        }
    }
}
