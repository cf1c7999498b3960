using System.Buffers.Binary;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Text;

/// <summary>Reads the fields of one protobuf message (proto2 wire format), refusing what runs over its end.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, string source)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>Number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>Its value, where it is a number of any width.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its value, where it is a string, bytes or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Its value as a float.</summary>
    public readonly float Single => BitConverter.UInt32BitsToSingle((uint)Number);

    /// <summary>Reads the next field.</summary>
    /// <returns>False at the end of the message.</returns>
    /// <exception cref="InvalidCheckpointException">The bytes are no such message.</exception>
    public bool Read()
    {
        if (_at == _message.Length)
        {
            return false;
        }

        var key = Varint();
        Field = (int)(key >> 3);
        Number = 0;
        Bytes = default;
        switch (key & 7)
        {
            case 0:
                Number = Varint();
                break;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                Bytes = Take(Varint());
                break;
            case 5:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw Malformed();
        }

        return true;
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_message.Length - _at))
        {
            throw Malformed();
        }

        var taken = _message.Slice(_at, (int)length);
        _at += (int)length;
        return taken;
    }

    private readonly InvalidCheckpointException Malformed() =>
        new($"{source} is no SentencePiece model: its bytes break off or are of an unknown kind at {_at}.");
}
