using TorchSharp;

namespace Federated.Adapters.Checkpoints;

/// <summary>
/// A safetensors file whose tensors are read one after the other, each in pieces straight into its place: loading a model needs
/// little more memory than the model.
/// </summary>
public sealed class SafetensorsReader : IDisposable
{
    private const int BufferBytes = 1 << 20;
    private const long PieceBytes = 4L << 20;
    private readonly FileStream _stream;
    private readonly SafetensorsHeader _header;

    private SafetensorsReader(FileStream stream, SafetensorsHeader header)
    {
        _stream = stream;
        _header = header;
    }

    /// <summary>Where the file is.</summary>
    public string Path => _stream.Name;

    /// <summary>What the file holds, by ascending offset.</summary>
    public IReadOnlyList<TensorEntry> Tensors => _header.Tensors;

    /// <summary>Opens a file and checks its whole header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The reader.</returns>
    /// <exception cref="InvalidCheckpointException">The file breaks a rule of the format.</exception>
    public static SafetensorsReader Open(string path)
    {
        var stream = File.OpenRead(path);
        try
        {
            return new SafetensorsReader(stream, SafetensorsHeader.Read(stream, path));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor of floats into one that exists, converting the type.</summary>
    /// <param name="entry">One of <see cref="Tensors"/>.</param>
    /// <param name="target">Contiguous floats with as many elements and the same shape.</param>
    /// <exception cref="InvalidCheckpointException">An element is NaN or infinite.</exception>
    public void ReadInto(TensorEntry entry, torch.Tensor target)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(target);
        using var untracked = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        _stream.Position = _header.DataStart + entry.Begin;
        var flat = target.detach().view(-1);
        var elements = flat.numel();
        var piece = PieceBytes / ElementTypes.Bytes(entry.Type);
        for (var at = 0L; at < elements; at += piece)
        {
            using var pieceScope = torch.NewDisposeScope();
            var length = Math.Min(piece, elements - at);
            var read = torch.empty(length, dtype: entry.Type);
            read.ReadBytesFromStream(_stream, BufferBytes);
            if (!read.isfinite().all().item<bool>())
            {
                throw new InvalidCheckpointException(
                    $"{Path}: tensor '{entry.Name}' holds NaN or infinity; the file is damaged or the training that made it diverged."
                );
            }

            flat.narrow(0, at, length).copy_(read);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _stream.Dispose();
}
