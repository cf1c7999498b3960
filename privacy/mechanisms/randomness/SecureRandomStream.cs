using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Federated.Privacy.Mechanisms;

/// <summary>
/// A cryptographic stream of uniform bits: AES-256 in counter mode, keyed by the operating system. Each block of 64 KiB makes the key of
/// the next and is cleared as it is read, so a later look into memory does not show earlier noise. Not for two threads at once.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of random bits is what it is.")]
public sealed class SecureRandomStream : IDisposable
{
    private const int BlockBytes = 64 * 1024;
    private const int KeyBytes = 32;

    private static readonly byte[] Counters = MakeCounters();

    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _block = new byte[BlockBytes];
    private int _position = BlockBytes;

    /// <summary>A stream that nobody can predict or repeat.</summary>
    public SecureRandomStream()
        : this(RandomNumberGenerator.GetBytes(KeyBytes)) { }

    /// <summary>The stream of a given key: only for <see cref="TestNoise"/>, whose output is marked as not private.</summary>
    internal SecureRandomStream(byte[] key)
    {
        _aes.Key = key;
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>64 uniform bits.</summary>
    public ulong NextUInt64()
    {
        if (_position > BlockBytes - 8)
        {
            Refill();
        }

        var bytes = _block.AsSpan(_position, 8);
        var value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        bytes.Clear();
        _position += 8;
        return value;
    }

    /// <summary>Fills a span with uniform 64-bit words.</summary>
    /// <param name="words">The words to fill.</param>
    public void Fill(Span<ulong> words)
    {
        while (words.Length > 0)
        {
            if (_position > BlockBytes - 8)
            {
                Refill();
            }

            var available = MemoryMarshal.Cast<byte, ulong>(_block.AsSpan(_position, (BlockBytes - _position) & ~7));
            var count = Math.Min(available.Length, words.Length);
            available[..count].CopyTo(words);
            if (!BitConverter.IsLittleEndian)
            {
                BinaryPrimitives.ReverseEndianness(words[..count], words[..count]);
            }

            available[..count].Clear();
            _position += 8 * count;
            words = words[count..];
        }
    }

    /// <summary>Clears the key and the block.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_block);
        _position = BlockBytes;
        _aes.Dispose();
    }

    private static byte[] MakeCounters()
    {
        var counters = new byte[BlockBytes];
        for (var i = 0; i < BlockBytes / 16; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(counters.AsSpan((i * 16) + 12), i);
        }

        return counters;
    }

    private void Refill()
    {
        _aes.EncryptEcb(Counters, _block, PaddingMode.None);
        var key = _block.AsSpan(0, KeyBytes).ToArray();
        _aes.Key = key;
        CryptographicOperations.ZeroMemory(key);
        _block.AsSpan(0, KeyBytes).Clear();
        _position = KeyBytes;
    }
}
