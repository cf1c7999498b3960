using System.Buffers.Binary;
using System.Text;

namespace Federated.Privacy.Accounting;

/// <summary>
/// The canonical bytes: the tag <c>federated-attestation/1</c>, then the fields in order. Text is UTF-8 after its length in 4 bytes; integers
/// are 8 bytes, floating-point numbers their IEEE 754 bits, all big-endian; a truth value is one byte. One value has one encoding.
/// </summary>
internal static class AttestationEncoding
{
    private const int LongestText = 256;
    private static readonly byte[] Tag = "federated-attestation/1\0"u8.ToArray();

    public static byte[] Write(Attestation a)
    {
        var bytes = new List<byte>(512);
        bytes.AddRange(Tag);
        Integer(a.Version);
        Text(a.NodeId.Value);
        Text(a.RunDigest);
        Text(a.UpdateDigest);
        Integer(a.BaseVersion);
        Text(a.BaseDigest);
        Text(a.Mechanism);
        Real(a.NoiseMultiplier);
        Real(a.MaxGradNorm);
        Real(a.ExpectedBatchSize);
        Integer(a.Steps);
        Text(a.Unit);
        Text(a.Adjacency);
        Integer(a.LedgerSequence);
        Text(a.LedgerHead);
        bytes.Add(a.IsPrivate ? (byte)1 : (byte)0);
        if (a.Metric is { } metric)
        {
            Real(metric.NoiseMultiplier);
            Real(metric.LossClip);
            Real(metric.Sum);
            Integer(metric.Records);
        }

        return [.. bytes];

        void Integer(long value)
        {
            Span<byte> buffer = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(buffer, value);
            bytes.AddRange(buffer);
        }

        void Real(double value) => Integer(BitConverter.DoubleToInt64Bits(value));

        void Text(string value)
        {
            var encoded = Encoding.UTF8.GetBytes(value);
            if (encoded.Length > LongestText)
            {
                throw new ArgumentException(
                    $"a text of the attestation has {encoded.Length} bytes; at most {LongestText}"
                );
            }

            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, encoded.Length);
            bytes.AddRange(length);
            bytes.AddRange(encoded);
        }
    }

    /// <exception cref="FormatException">The bytes are not exactly what <see cref="Write"/> makes of a valid attestation.</exception>
    public static Attestation Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new Reader(bytes);
            reader.Expect(Tag);
            var attestation = new Attestation
            {
                Version = checked((int)reader.Integer()),
                NodeId = NodeId.Parse(reader.Text()),
                RunDigest = reader.Text(),
                UpdateDigest = reader.Text(),
                BaseVersion = reader.Integer(),
                BaseDigest = reader.Text(),
                Mechanism = reader.Text(),
                NoiseMultiplier = reader.Real(),
                MaxGradNorm = reader.Real(),
                ExpectedBatchSize = reader.Real(),
                Steps = reader.Integer(),
                Unit = reader.Text(),
                Adjacency = reader.Text(),
                LedgerSequence = reader.Integer(),
                LedgerHead = reader.Text(),
                IsPrivate = reader.Truth(),
                Metric = reader.IsAtEnd
                    ? null
                    : new AttestedMetric(reader.Real(), reader.Real(), reader.Real(), reader.Integer()),
            };
            attestation.Validate();
            return bytes.SequenceEqual(Write(attestation)) ? attestation : throw new FormatException("not canonical");
        }
        catch (Exception error) when (error is ArgumentException or OverflowException or DecoderFallbackException)
        {
            throw new FormatException($"not an attestation: {error.Message}", error);
        }
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
        private ReadOnlySpan<byte> _rest = bytes;

        public readonly bool IsAtEnd => _rest.IsEmpty;

        public void Expect(ReadOnlySpan<byte> tag)
        {
            if (!Take(tag.Length).SequenceEqual(tag))
            {
                throw new FormatException("not an attestation of version 1");
            }
        }

        public long Integer() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

        public double Real() => BitConverter.Int64BitsToDouble(Integer());

        public bool Truth() =>
            Take(1)[0] switch
            {
                0 => false,
                1 => true,
                _ => throw new FormatException("a truth value is 0 or 1"),
            };

        public string Text()
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(Take(4));
            return length is >= 0 and <= LongestText
                ? Strict.GetString(Take(length))
                : throw new FormatException($"a text of {length} bytes; at most {LongestText}");
        }

        private ReadOnlySpan<byte> Take(int count)
        {
            if (count > _rest.Length)
            {
                throw new FormatException("the attestation ends too early");
            }

            var taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }
    }
}
