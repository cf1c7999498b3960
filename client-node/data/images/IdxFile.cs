using System.Buffers.Binary;
using System.IO.Compression;

namespace Federated.ClientNode;

/// <summary>
/// A file of unsigned bytes in the idx format, in which MNIST and its relatives come: two zero bytes, the type, the number of dimensions,
/// each dimension as a big-endian int32, then the bytes, items one after the other. Plain or packed with gzip; read as a stream.
/// </summary>
internal sealed class IdxFile : IDisposable
{
    private const byte UnsignedByte = 0x08;
    private readonly string _path;
    private readonly Stream _stream;
    private int _read;

    private IdxFile(string path, Stream stream)
    {
        (_path, _stream) = (path, stream);
        Span<byte> start = stackalloc byte[4];
        if (Fill(start) < 4 || start is not [0, 0, _, > 0])
        {
            throw Invalid("is no idx file: it does not begin with two zero bytes, a type and a number of dimensions");
        }

        if (start[2] != UnsignedByte)
        {
            throw Invalid($"holds numbers of the idx type 0x{start[2]:X2}; unsigned bytes (0x08) are read");
        }

        var sizes = new int[start[3]];
        Span<byte> size = stackalloc byte[sizeof(int)];
        for (var i = 0; i < sizes.Length; i++)
        {
            if (Fill(size) < size.Length)
            {
                throw Invalid($"ends within its header, which announces {sizes.Length} dimensions");
            }

            sizes[i] = BinaryPrimitives.ReadInt32BigEndian(size);
            if (sizes[i] < 1)
            {
                throw Invalid($"has the dimensions {string.Join(" × ", sizes[..(i + 1)])}; each must be 1 or more");
            }
        }

        (Count, Shape) = (sizes[0], sizes[1..]);
    }

    /// <summary>Number of items, ≥ 1.</summary>
    public int Count { get; }

    /// <summary>The dimensions of an item, each ≥ 1; none: an item is one byte.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Opens a file and reads its header.</summary>
    /// <param name="path">An idx file, plain or packed with gzip.</param>
    /// <exception cref="InvalidRecordsException">It cannot be read, or is no idx file of unsigned bytes.</exception>
    public static IdxFile Open(string path)
    {
        FileStream file;
        try
        {
            file = File.OpenRead(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidRecordsException($"{path}: cannot be read; name an idx file, plain or .gz", error);
        }

        try
        {
            var packed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            return new IdxFile(path, packed ? new GZipStream(file, CompressionMode.Decompress) : file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next item.</summary>
    /// <param name="item">As many bytes as the shape's product.</param>
    /// <exception cref="InvalidRecordsException">The file ends before the items that its header announces.</exception>
    public void Read(Span<byte> item)
    {
        if (Fill(item) < item.Length)
        {
            throw Invalid($"ends after {_read} of the {Count} items that its header announces");
        }

        _read++;
    }

    /// <summary>Refuses what follows the last item.</summary>
    /// <exception cref="InvalidRecordsException">Something does.</exception>
    public void RequireEnd()
    {
        Span<byte> more = stackalloc byte[1];
        if (Fill(more) > 0)
        {
            throw Invalid($"goes on after the {Count} items that its header announces");
        }
    }

    /// <inheritdoc />
    public void Dispose() => _stream.Dispose();

    private int Fill(Span<byte> bytes)
    {
        try
        {
            return _stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidRecordsException($"{_path}: cannot be unpacked; get the file again", error);
        }
    }

    private InvalidRecordsException Invalid(string why) => new($"{_path}: {why}");
}
