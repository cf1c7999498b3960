using System.Buffers.Binary;

namespace Federated.Adapters;

/// <summary>
/// A saved trajectory. Little-endian: "FEDT", version u16, reserved u16, gradients i32, dimension i32, θ and the sum under way as float32,
/// then the optimizer's own state.
/// </summary>
internal static class TrajectoryState
{
    private const int HeaderLength = 16;
    private const ushort FormatVersion = 1;

    public static byte[] Write(int gradients, float[] values, float[] sum, byte[] optimizer)
    {
        var bytes = new byte[HeaderLength + (2L * values.Length * sizeof(float)) + optimizer.Length];
        "FEDT"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), gradients);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), values.Length);
        var at = HeaderLength;
        foreach (var value in values.Concat(sum))
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), value);
            at += sizeof(float);
        }

        optimizer.CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    public static (int Gradients, float[] Values, float[] Sum, byte[] Optimizer) Read(
        ReadOnlySpan<byte> bytes,
        int dimension
    )
    {
        if (bytes.Length < HeaderLength || !bytes.StartsWith("FEDT"u8))
        {
            throw new InvalidDataException("Not a trajectory: it does not begin with FEDT.");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        var stored = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        if (version != FormatVersion || stored != dimension)
        {
            throw new InvalidDataException(
                $"Trajectory of format {version} with {stored} values; expected format {FormatVersion} with {dimension}."
            );
        }

        var end = HeaderLength + (2L * dimension * sizeof(float));
        if (bytes.Length < end)
        {
            throw new InvalidDataException($"Trajectory: {bytes.Length} bytes; expected {end} and more.");
        }

        var values = Floats(bytes[HeaderLength..], dimension);
        var sum = Floats(bytes[(HeaderLength + (dimension * sizeof(float)))..], dimension);
        if (FiniteValues.IndexOfNotFinite(values) >= 0 || FiniteValues.IndexOfNotFinite(sum) >= 0)
        {
            throw new InvalidDataException("Trajectory: a value is not finite.");
        }

        return (BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]), values, sum, bytes[(int)end..].ToArray());
    }

    private static float[] Floats(ReadOnlySpan<byte> bytes, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        }

        return values;
    }
}
