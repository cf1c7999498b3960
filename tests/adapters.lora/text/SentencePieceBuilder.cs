using System.Text;

namespace Federated.Adapters.Tests.Text;

/// <summary>Writes a tokenizer.model, byte by byte by sentencepiece_model.proto.</summary>
internal sealed class SentencePieceBuilder
{
    private readonly List<byte> _bytes = [];

    public SentencePieceBuilder Piece(string text, float score, int type = 1)
    {
        var piece = new List<byte>();
        Field(piece, 1, Encoding.UTF8.GetBytes(text));
        piece.Add((2 << 3) | 5);
        piece.AddRange(BitConverter.GetBytes(score));
        Number(piece, 3, (ulong)type);
        Field(_bytes, 1, [.. piece]);
        return this;
    }

    public SentencePieceBuilder Bytes()
    {
        for (var value = 0; value < 256; value++)
        {
            Piece($"<0x{value:X2}>", 0, 6);
        }

        return this;
    }

    public byte[] Build(
        int modelType,
        bool byteFallback = false,
        bool dummyPrefix = true,
        bool removeExtra = false,
        byte[]? map = null
    )
    {
        var trainer = new List<byte>();
        Number(trainer, 3, (ulong)modelType);
        Number(trainer, 35, byteFallback ? 1u : 0u);
        Field(_bytes, 2, [.. trainer]);
        var normalizer = new List<byte>();
        if (map is not null)
        {
            Field(normalizer, 2, map);
        }

        Number(normalizer, 3, dummyPrefix ? 1u : 0u);
        Number(normalizer, 4, removeExtra ? 1u : 0u);
        Field(_bytes, 3, [.. normalizer]);
        return [.. _bytes];
    }

    private static void Field(List<byte> to, int number, byte[] content)
    {
        Varint(to, (ulong)((number << 3) | 2));
        Varint(to, (ulong)content.Length);
        to.AddRange(content);
    }

    private static void Number(List<byte> to, int number, ulong value)
    {
        Varint(to, (ulong)(number << 3));
        Varint(to, value);
    }

    private static void Varint(List<byte> to, ulong value)
    {
        while (value >= 0x80)
        {
            to.Add((byte)(value | 0x80));
            value >>= 7;
        }

        to.Add((byte)value);
    }
}
