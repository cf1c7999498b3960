using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>
/// What a server optimizer remembers, as a part of a version: a blob with a digest. Little-endian: "FEDS", version u16, optimizer u8, number of
/// vectors u8, steps i64, noise f64, count i64, then the vectors as float32: momentum, and the second moment where there is one.
/// </summary>
public sealed class ServerOptimizerState
{
    private const int HeaderLength = 32;
    private const ushort FormatVersion = 1;

    private ServerOptimizerState(ServerOptimizerKind kind, long steps, double noise, float[] momentum, float[] second)
    {
        Kind = kind;
        Steps = steps;
        Noise = noise;
        Momentum = momentum;
        Second = second;
    }

    /// <summary>Whose state it is.</summary>
    public ServerOptimizerKind Kind { get; }

    /// <summary>Steps taken so far.</summary>
    public long Steps { get; private set; }

    /// <summary>What noise alone would have added to each element of v by now, where the rule takes it out.</summary>
    public double Noise { get; private set; }

    /// <summary>m, in layout order.</summary>
    public float[] Momentum { get; }

    /// <summary>v, in layout order; empty without a second moment.</summary>
    public float[] Second { get; }

    /// <summary>Before the first step.</summary>
    /// <param name="rule">An optimizer with state.</param>
    /// <param name="count">Number of parameters.</param>
    public static ServerOptimizerState Initial(ServerOptimizerRule rule, int count)
    {
        var second = new float[rule.IsAdaptive ? count : 0];
        if (!rule.FlowerVariant)
        {
            second.AsSpan().Fill((float)(rule.Tau * rule.Tau));
        }

        return new(rule.Kind, 0, 0, new float[count], second);
    }

    /// <summary>Reads a blob.</summary>
    /// <param name="bytes">As <see cref="ToBytes"/> gives them.</param>
    /// <param name="rule">The optimizer that is expected.</param>
    /// <param name="count">The number of parameters that is expected.</param>
    /// <exception cref="InvalidDataException">Something else; the message names the field.</exception>
    public static ServerOptimizerState Read(ReadOnlySpan<byte> bytes, ServerOptimizerRule rule, int count)
    {
        if (bytes.Length < HeaderLength || !bytes.StartsWith("FEDS"u8))
        {
            throw new InvalidDataException("not a server optimizer's state: it does not begin with FEDS");
        }

        var vectors = rule.IsAdaptive ? 2 : 1;
        Require("version", BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]), FormatVersion);
        Require("optimizer", bytes[6], (byte)rule.Kind);
        Require("vectors", bytes[7], vectors);
        Require("count", BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]), count);
        Require("length", bytes.Length, HeaderLength + ((long)vectors * count * sizeof(float)));
        var state = new ServerOptimizerState(
            rule.Kind,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadDoubleLittleEndian(bytes[16..]),
            new float[count],
            new float[rule.IsAdaptive ? count : 0]
        );
        var at = HeaderLength;
        foreach (var vector in (float[][])[state.Momentum, state.Second])
        {
            var target = MemoryMarshal.AsBytes(vector.AsSpan());
            bytes.Slice(at, target.Length).CopyTo(target);
            at += target.Length;
            if (!BitConverter.IsLittleEndian)
            {
                var bits = MemoryMarshal.Cast<byte, uint>(target);
                BinaryPrimitives.ReverseEndianness(bits, bits);
            }
        }

        return state;
    }

    /// <summary>The blob.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[HeaderLength + ((long)(Momentum.Length + Second.Length) * sizeof(float))];
        "FEDS"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), FormatVersion);
        bytes[6] = (byte)Kind;
        bytes[7] = (byte)(Second.Length > 0 ? 2 : 1);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Steps);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(16), Noise);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Momentum.Length);
        var at = HeaderLength;
        foreach (var vector in (float[][])[Momentum, Second])
        {
            foreach (var value in vector)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), value);
                at += sizeof(float);
            }
        }

        return bytes;
    }

    internal ServerOptimizerState Take(AdapterLayout layout, AdapterLayout part) =>
        new(Kind, Steps, Noise, layout.Take(part, Momentum), Second.Length == 0 ? Second : layout.Take(part, Second));

    internal void Put(AdapterLayout layout, AdapterLayout part, ServerOptimizerState taken)
    {
        layout.Put(part, taken.Momentum, Momentum);
        if (Second.Length > 0)
        {
            layout.Put(part, taken.Second, Second);
        }
    }

    internal void Advance(double noise)
    {
        Steps++;
        Noise = noise;
    }

    private static void Require(string field, long found, long expected)
    {
        if (found != expected)
        {
            throw new InvalidDataException($"server optimizer's state: {field} = {found}; expected {expected}");
        }
    }
}
