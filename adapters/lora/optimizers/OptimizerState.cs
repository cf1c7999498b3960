using System.Buffers.Binary;

namespace Federated.Adapters;

/// <summary>
/// A saved optimizer. Little-endian: "FEDO", version u16, kind u8, number of moment vectors u8, steps i64, dimension i64, then the
/// vectors as float32.
/// </summary>
internal static class OptimizerState
{
    private const int HeaderLength = 24;
    private const ushort FormatVersion = 1;

    public static byte[] Write(OptimizerKind kind, long steps, int dimension, IReadOnlyList<float[]> moments)
    {
        var bytes = new byte[HeaderLength + (moments.Sum(moment => moment.LongLength) * sizeof(float))];
        "FEDO"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), FormatVersion);
        bytes[6] = (byte)kind;
        bytes[7] = (byte)moments.Count;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), steps);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), dimension);
        var at = HeaderLength;
        foreach (var value in moments.SelectMany(moment => moment))
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), value);
            at += sizeof(float);
        }

        return bytes;
    }

    /// <summary>Fills the moments and returns the steps; checks everything first.</summary>
    public static long Read(ReadOnlySpan<byte> bytes, OptimizerKind kind, int dimension, IReadOnlyList<float[]> moments)
    {
        if (bytes.Length < HeaderLength || !bytes.StartsWith("FEDO"u8))
        {
            throw new InvalidDataException("Not an optimizer state: it does not begin with FEDO.");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        Require("format version", version, FormatVersion);
        Require("kind", bytes[6], (byte)kind);
        Require("number of moments", bytes[7], moments.Count);
        Require("dimension", BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), dimension);
        Require("length", bytes.Length, HeaderLength + (moments.Sum(moment => moment.LongLength) * sizeof(float)));
        var steps = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        if (steps < 0)
        {
            throw new InvalidDataException($"Optimizer state: steps = {steps}; expected 0 or more.");
        }

        var at = HeaderLength;
        foreach (var moment in moments)
        {
            for (var i = 0; i < moment.Length; i++)
            {
                moment[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[at..]);
                at += sizeof(float);
            }
        }

        return steps;
    }

    private static void Require(string field, long found, long expected)
    {
        if (found != expected)
        {
            throw new InvalidDataException($"Optimizer state: {field} = {found}; expected {expected}.");
        }
    }
}
