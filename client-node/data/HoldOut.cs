using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Federated.ClientNode;

/// <summary>Which records are never trained on: a keyed hash of the record (or its subject or group) alone decides.</summary>
/// <remarks>
/// HMAC-SHA256 under a secret of this node, so that nobody else can tell the side of a record. Adding or removing one record moves no
/// other, which the privacy accounting needs; byte-identical texts fall on the same side.
/// </remarks>
internal sealed class HoldOut
{
    private const int KeyLength = 32;
    private readonly byte[] _key;
    private readonly double _fraction;

    /// <summary>Creates the split.</summary>
    /// <param name="key">A secret of at least 16 bytes.</param>
    /// <param name="fraction">Expected share of held-out records, [0, 1).</param>
    public HoldOut(ReadOnlySpan<byte> key, double fraction)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, 16, nameof(key));
        if (fraction is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "expected 0 ≤ fraction < 1");
        }

        _key = key.ToArray();
        _fraction = fraction;
    }

    /// <summary>Reads the home's secret, or makes it (0600) on first use: 32 bytes, and behind them their SHA-256, which the first release did not write.</summary>
    /// <exception cref="NodeHomeException">It was changed: held-out records would be trained on, and nobody would see it.</exception>
    public static HoldOut Open(NodeHome home, double fraction)
    {
        if (!File.Exists(home.HoldOutKeyFile))
        {
            var secret = RandomNumberGenerator.GetBytes(KeyLength);
            DurableFile.Write(home.HoldOutKeyFile, [.. secret, .. SHA256.HashData(secret)], secret: true);
        }

        var file = File.ReadAllBytes(home.HoldOutKeyFile);
        var isWhole =
            file.Length == KeyLength
            || (
                file.Length == KeyLength + SHA256.HashSizeInBytes
                && SHA256.HashData(file.AsSpan(0, KeyLength)).AsSpan().SequenceEqual(file.AsSpan(KeyLength))
            );
        return isWhole
            ? new HoldOut(file.AsSpan(0, KeyLength), fraction)
            : throw new NodeHomeException($"{home.HoldOutKeyFile}: is damaged; restore it from a backup");
    }

    /// <summary>True: the record is for evaluation only.</summary>
    public bool Contains(TextRecord record)
    {
        // The first byte keeps kinds of records apart; a zero byte stands between two texts.
        byte[] message = record switch
        {
            { Subject: { } subject } => [3, .. Encoding.UTF8.GetBytes(subject)],
            { Group: { } group } => [0, .. Encoding.UTF8.GetBytes(group)],
            { Prompt: { } prompt } => [2, .. Encoding.UTF8.GetBytes(prompt), 0, .. Encoding.UTF8.GetBytes(record.Text)],
            { Pair: { } pair } => [4, .. Encoding.UTF8.GetBytes(record.Text), 0, .. Encoding.UTF8.GetBytes(pair)],
            _ => [1, .. Encoding.UTF8.GetBytes(record.Text)],
        };
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(HMACSHA256.HashData(_key, message));
        return (hash >> 11) * Math.ScaleB(1, -53) < _fraction;
    }
}
