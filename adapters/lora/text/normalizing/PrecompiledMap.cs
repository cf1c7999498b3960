using System.Buffers.Binary;
using System.Text;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Text;

/// <summary>
/// SentencePiece's precompiled_charsmap: a double-array trie (darts-clone) from byte sequences to their replacements, which lie behind it
/// as zero-terminated UTF-8. The longest sequence that begins at a place is replaced.
/// </summary>
internal sealed class PrecompiledMap
{
    private readonly uint[] _trie;
    private readonly byte[] _replacements;

    /// <summary>Reads the map.</summary>
    /// <exception cref="InvalidCheckpointException">The bytes are no such map.</exception>
    public PrecompiledMap(ReadOnlySpan<byte> bytes, string source)
    {
        var trieBytes = bytes.Length < 4 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (trieBytes > bytes.Length - 4 || trieBytes % 4 != 0)
        {
            throw new InvalidCheckpointException(
                $"{source}: precompiled_charsmap of {bytes.Length} bytes says its trie has {trieBytes}."
            );
        }

        _trie = new uint[trieBytes / 4];
        for (var i = 0; i < _trie.Length; i++)
        {
            _trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 + (4 * i))..]);
        }

        _replacements = bytes[(4 + (int)trieBytes)..].ToArray();
    }

    public string Normalize(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var changed = new List<byte>(bytes.Length);
        for (var at = 0; at < bytes.Length; )
        {
            var (length, value) = Longest(bytes.AsSpan(at));
            if (length > 0 && value < _replacements.Length)
            {
                var rest = _replacements.AsSpan(value);
                var end = rest.IndexOf((byte)0);
                changed.AddRange(end < 0 ? rest : rest[..end]);
                at += length;
                continue;
            }

            // One character, whole.
            _ = Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out var consumed);
            changed.AddRange(bytes.AsSpan(at, consumed));
            at += consumed;
        }

        return Encoding.UTF8.GetString([.. changed]);
    }

    private (int Length, int Value) Longest(ReadOnlySpan<byte> key)
    {
        var longest = (0, 0);
        if (_trie.Length == 0)
        {
            return longest;
        }

        var node = Offset(_trie[0]);
        for (var i = 0; i < key.Length && key[i] != 0; i++)
        {
            node ^= key[i];
            if (node >= _trie.Length || (_trie[node] & 0x8000_00FF) != key[i])
            {
                break;
            }

            var unit = _trie[node];
            node ^= Offset(unit);
            if (((unit >> 8) & 1) == 1 && node < _trie.Length)
            {
                longest = (i + 1, (int)(_trie[node] & 0x7FFF_FFFF));
            }
        }

        return longest;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1 << 9)) >> 6);
}
