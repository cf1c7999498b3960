using System.Buffers.Binary;
using TorchSharp;

namespace Federated.Adapters.Checkpoints;

/// <summary>
/// Reads and writes safetensors (https://github.com/huggingface/safetensors): a JSON header and raw little-endian tensors.
/// Data are streamed, so that a file's size is bounded by disk and by the tensors themselves only.
/// </summary>
public static class Safetensors
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="select">Which tensors to load, by name; null loads all. The whole header is checked either way.</param>
    /// <returns>The tensors; the caller disposes them.</returns>
    /// <exception cref="InvalidCheckpointException">The file breaks a rule of the format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Read(string path, Func<string, bool>? select = null)
    {
        using var stream = File.OpenRead(path);
        return Read(stream, path, select);
    }

    /// <summary>Reads a seekable stream that holds exactly one safetensors file from its current position to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="source">What to call the stream in errors.</param>
    /// <param name="select">Which tensors to load, by name; null loads all.</param>
    /// <returns>The tensors; the caller disposes them.</returns>
    /// <exception cref="InvalidCheckpointException">The stream breaks a rule of the format.</exception>
    public static SafetensorsFile Read(Stream stream, string source, Func<string, bool>? select = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var origin = stream.Position;
        var header = SafetensorsHeader.Read(stream, source);
        var tensors = new Dictionary<string, torch.Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var entry in header.Tensors.Where(entry => select?.Invoke(entry.Name) ?? true))
            {
                var tensor = torch.empty([.. entry.Shape], dtype: entry.Type).DetachFromDisposeScope();
                tensors.Add(entry.Name, tensor);
                if (entry.End > entry.Begin)
                {
                    stream.Position = origin + header.DataStart + entry.Begin;
                    tensor.ReadBytesFromStream(stream, BufferBytes);
                }
            }

            return new SafetensorsFile(tensors, header.Metadata);
        }
        catch
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }

    /// <summary>Writes a file whole or not at all: a temporary file beside it is flushed to the device, then renamed.</summary>
    /// <param name="path">Where to write; an existing file is replaced.</param>
    /// <param name="tensors">Tensors by name; any device, any strides.</param>
    /// <param name="metadata">Free text for the header, or null.</param>
    /// <exception cref="ArgumentException">Two tensors share a name, or a dtype has no safetensors name.</exception>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, is as it was.</exception>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, torch.Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    )
    {
        var temporary = path + ".tmp";
        try
        {
            using (var stream = File.Create(temporary))
            {
                Write(stream, tensors, metadata);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes to a stream. Equal tensors and metadata give equal bytes: the order is by element width, then by name.</summary>
    /// <param name="stream">Where to write, from its current position.</param>
    /// <param name="tensors">Tensors by name; any device, any strides.</param>
    /// <param name="metadata">Free text for the header, or null.</param>
    /// <exception cref="ArgumentException">Two tensors share a name, or a dtype has no safetensors name.</exception>
    public static void Write(
        Stream stream,
        IEnumerable<KeyValuePair<string, torch.Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    )
    {
        ArgumentNullException.ThrowIfNull(stream);
        var ordered = tensors
            .OrderBy(named => ElementTypes.Order(named.Value.dtype))
            .ThenBy(named => named.Key, StringComparer.Ordinal)
            .ToList();
        if (ordered.GroupBy(named => named.Key).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"The name '{twice.Key}' is given to two tensors.", nameof(tensors));
        }

        var header = Header(ordered, metadata);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var (_, tensor) in ordered)
        {
            using var scope = torch.NewDisposeScope();
            var plain = tensor.detach().cpu().contiguous();
            if (plain.numel() > 0)
            {
                plain.WriteBytesToStream(stream, BufferBytes);
            }
        }
    }

    private static byte[] Header(
        List<KeyValuePair<string, torch.Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata
    ) =>
        SafetensorsHeaderBytes.Of(
            tensors.Select(entry =>
                (
                    entry.Key,
                    ElementTypes.Name(entry.Value.dtype),
                    (IReadOnlyList<long>)entry.Value.shape,
                    entry.Value.numel() * ElementTypes.Bytes(entry.Value.dtype)
                )
            ),
            (metadata ?? new Dictionary<string, string>()).OrderBy(entry => entry.Key, StringComparer.Ordinal)
        );
}
