using System.Buffers.Binary;
using System.Text.Json;

namespace Federated.Adapters.Checkpoints;

/// <summary>
/// The header of a safetensors file, checked in full before a byte of it reaches libtorch: an 8-byte little-endian length,
/// then that many bytes of JSON, then the data, which the tensors must cover exactly, without overlap and without holes
/// (the rules of the reference implementation, https://github.com/huggingface/safetensors).
/// </summary>
public sealed class SafetensorsHeader
{
    /// <summary>Longest header that is read, in bytes (the reference implementation's bound).</summary>
    public const int MaxHeaderBytes = 100_000_000;

    private const int MaxRank = 16;

    private SafetensorsHeader(
        IReadOnlyList<TensorEntry> tensors,
        IReadOnlyDictionary<string, string> metadata,
        long dataStart
    )
    {
        Tensors = tensors;
        Metadata = metadata;
        DataStart = dataStart;
    }

    /// <summary>The tensors, by ascending offset.</summary>
    public IReadOnlyList<TensorEntry> Tensors { get; }

    /// <summary>The free text entries of <c>__metadata__</c>; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Position of the first data byte in the stream, relative to where the header began.</summary>
    public long DataStart { get; }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="stream">A seekable stream, at the first byte of the safetensors data; it must hold nothing after them.</param>
    /// <param name="source">What to call the stream in errors: a path, or "the upload of node …".</param>
    /// <returns>The header; the stream then stands at the first data byte.</returns>
    /// <exception cref="InvalidCheckpointException">The header or an entry breaks a rule of the format.</exception>
    public static SafetensorsHeader Read(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var available = stream.Length - stream.Position;
        if (available < 8)
        {
            throw new InvalidCheckpointException(
                $"{source}: {available} bytes is too short for safetensors (the header length alone takes 8)."
            );
        }

        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxHeaderBytes || length > (ulong)(available - 8))
        {
            throw new InvalidCheckpointException(
                $"{source}: header length {length} is over the file's {available - 8} bytes or the limit of {MaxHeaderBytes}."
            );
        }

        var json = new byte[length];
        stream.ReadExactly(json);
        var dataStart = 8 + (long)length;
        try
        {
            using var document = JsonDocument.Parse(json);
            return Parse(document.RootElement, dataStart, available - dataStart, source);
        }
        catch (JsonException error)
        {
            throw new InvalidCheckpointException($"{source}: the header is not JSON: {error.Message}", error);
        }
        catch (InvalidOperationException error)
        {
            // A string with broken UTF-8 or a lone surrogate surfaces only when it is read.
            throw new InvalidCheckpointException($"{source}: the header holds malformed text: {error.Message}", error);
        }
    }

    private static SafetensorsHeader Parse(JsonElement root, long dataStart, long dataBytes, string source)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidCheckpointException($"{source}: the header is a JSON {root.ValueKind}, not an object.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var tensors = new List<TensorEntry>();
        foreach (var property in root.EnumerateObject())
        {
            if (!names.Add(property.Name))
            {
                throw new InvalidCheckpointException(
                    $"{source}: the name '{property.Name}' stands twice in the header."
                );
            }

            if (property.Name == "__metadata__")
            {
                ParseMetadata(property.Value, metadata, source);
            }
            else
            {
                tensors.Add(ParseEntry(property, dataBytes, source));
            }
        }

        tensors.Sort((left, right) => (left.Begin, left.End).CompareTo((right.Begin, right.End)));
        RequireExactCover(tensors, dataBytes, source);
        return new SafetensorsHeader(tensors, metadata, dataStart);
    }

    private static void ParseMetadata(JsonElement value, Dictionary<string, string> metadata, string source)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidCheckpointException($"{source}: __metadata__ is a JSON {value.ValueKind}, not an object.");
        }

        foreach (var entry in value.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.String || !metadata.TryAdd(entry.Name, entry.Value.GetString()!))
            {
                throw new InvalidCheckpointException(
                    $"{source}: __metadata__ entry '{entry.Name}' is not one string, given once."
                );
            }
        }
    }

    private static TensorEntry ParseEntry(JsonProperty property, long dataBytes, string source)
    {
        var where = $"{source}: tensor '{property.Name}'";
        if (property.Value.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidCheckpointException($"{where} is a JSON {property.Value.ValueKind}, not an object.");
        }

        string? dtype = null;
        long[]? shape = null;
        long[]? offsets = null;
        foreach (var field in property.Value.EnumerateObject())
        {
            var repeated = false;
            switch (field.Name)
            {
                case "dtype":
                    repeated = dtype is not null;
                    dtype = field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString() : null;
                    break;
                case "shape":
                    repeated = shape is not null;
                    shape = Whole(field.Value, $"{where}: shape", MaxRank);
                    break;
                case "data_offsets":
                    repeated = offsets is not null;
                    offsets = Whole(field.Value, $"{where}: data_offsets", 2);
                    break;
                default:
                    throw new InvalidCheckpointException($"{where} has the unknown field '{field.Name}'.");
            }

            if (repeated)
            {
                throw new InvalidCheckpointException($"{where} has the field '{field.Name}' twice.");
            }
        }

        var type =
            ElementTypes.Find(dtype)
            ?? throw new InvalidCheckpointException($"{where}: dtype '{dtype}' is not one of {ElementTypes.Names}.");
        if (shape is null || offsets is not { Length: 2 })
        {
            throw new InvalidCheckpointException($"{where} needs a shape and two data_offsets.");
        }

        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end || end > dataBytes)
        {
            throw new InvalidCheckpointException(
                $"{where}: data_offsets [{begin}, {end}] do not lie in the file's {dataBytes} data bytes."
            );
        }

        var expected = ByteCount(shape, ElementTypes.Bytes(type), where);
        return expected == end - begin
            ? new TensorEntry(property.Name, type, shape, begin, end)
            : throw new InvalidCheckpointException(
                $"{where}: dtype {dtype} and shape [{string.Join(", ", shape)}] take {expected} bytes, but data_offsets give {end - begin}."
            );
    }

    private static long ByteCount(long[] shape, int elementBytes, string where)
    {
        try
        {
            // Dimensions are multiplied as they stand: with a zero among them libtorch still multiplies the others.
            var nonZero = shape
                .Where(size => size != 0)
                .Aggregate((long)elementBytes, (left, right) => checked(left * right));
            return shape.Contains(0) ? 0 : nonZero;
        }
        catch (OverflowException error)
        {
            throw new InvalidCheckpointException(
                $"{where}: shape [{string.Join(", ", shape)}] has more elements than fit 64 bits.",
                error
            );
        }
    }

    private static long[] Whole(JsonElement value, string where, int maxCount)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > maxCount)
        {
            throw new InvalidCheckpointException($"{where} is not an array of at most {maxCount} whole numbers.");
        }

        return
        [
            .. value
                .EnumerateArray()
                .Select(item =>
                    item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var number) && number >= 0
                        ? number
                        : throw new InvalidCheckpointException(
                            $"{where} holds {item.GetRawText()}, which is not a whole number from 0 to 2^63-1."
                        )
                ),
        ];
    }

    private static void RequireExactCover(List<TensorEntry> tensors, long dataBytes, string source)
    {
        var covered = 0L;
        foreach (var tensor in tensors)
        {
            if (tensor.Begin != covered)
            {
                throw new InvalidCheckpointException(
                    $"{source}: tensor '{tensor.Name}' begins at byte {tensor.Begin}, but byte {covered} is next: "
                        + (tensor.Begin < covered ? "two tensors overlap." : "the data have a hole.")
                );
            }

            covered = tensor.End;
        }

        if (covered != dataBytes)
        {
            throw new InvalidCheckpointException(
                $"{source}: {dataBytes - covered} bytes after the last tensor belong to none; the file has been extended or its header cut."
            );
        }
    }
}
