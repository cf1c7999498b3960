using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Federated.ClientNode;

/// <summary>The sketches of all sources that this home has ever had, and their secret key. They never leave it.</summary>
internal sealed class SourceSketches
{
    private const int HeaderBytes = 16; // magic, then a digest of the key
    private const int ChecksumBytes = 32;
    private static readonly byte[] Magic = "FEDSKET1"u8.ToArray();
    private readonly NodeHome _home;
    private readonly byte[] _key;

    private SourceSketches(NodeHome home, byte[] key) => (_home, _key) = (home, key);

    /// <summary>Reads the home's secret, or makes it (0600) on first use.</summary>
    /// <exception cref="NodeHomeException">The key is damaged.</exception>
    public static SourceSketches Open(NodeHome home)
    {
        if (!File.Exists(home.SketchKeyFile))
        {
            DurableFile.Write(home.SketchKeyFile, RandomNumberGenerator.GetBytes(32), secret: true);
        }

        var key = File.ReadAllBytes(home.SketchKeyFile);
        return key.Length == 32
            ? new SourceSketches(home, key)
            : throw new NodeHomeException($"{home.SketchKeyFile}: is not 32 bytes; restore it from a backup");
    }

    /// <summary>What tells this home from others: a digest under its key (64 hexadecimal digits), no secret, and the same wherever the home is moved.</summary>
    public string HomeId => Convert.ToHexStringLower(HMACSHA256.HashData(_key, "federated-home"u8));

    /// <summary>An empty sketch under the home's key.</summary>
    /// <param name="ofSubjects">True: of a source whose budget is that of a person.</param>
    public RecordSketch Empty(bool ofSubjects = false) => new(_key, ofSubjects);

    /// <summary>The sketch of all records that a source has ever had; null when none was kept.</summary>
    /// <exception cref="NodeHomeException">The file is damaged, or was made with another key.</exception>
    public RecordSketch? Read(string source)
    {
        var file = FileOf(source);
        if (!File.Exists(file))
        {
            return null;
        }

        var bytes = File.ReadAllBytes(file);
        var isWhole =
            bytes.Length >= HeaderBytes + ChecksumBytes
            && (bytes.Length - HeaderBytes - ChecksumBytes) % sizeof(ulong) == 0
            && bytes.AsSpan(0, HeaderBytes).SequenceEqual(Header())
            && SHA256.HashData(bytes.AsSpan(..^ChecksumBytes)).AsSpan().SequenceEqual(bytes.AsSpan(^ChecksumBytes..));
        if (!isWhole)
        {
            throw new NodeHomeException(
                $"{file}: is damaged, or {_home.SketchKeyFile} is not the key it was made with; restore both from a backup"
            );
        }

        var sketch = Empty();
        for (var at = HeaderBytes; at < bytes.Length - ChecksumBytes; at += sizeof(ulong))
        {
            sketch.Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)));
        }

        return sketch;
    }

    /// <summary>Keeps a source's sketch, on disk when this returns.</summary>
    public void Keep(string source, RecordSketch sketch)
    {
        var digests = sketch.Digests;
        var bytes = new byte[HeaderBytes + (digests.Count * sizeof(ulong)) + ChecksumBytes];
        Header().CopyTo(bytes, 0);
        for (var i = 0; i < digests.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(HeaderBytes + (i * sizeof(ulong))), digests[i]);
        }

        SHA256.HashData(bytes.AsSpan(..^ChecksumBytes), bytes.AsSpan(^ChecksumBytes..));
        DurableFile.Write(FileOf(source), bytes, secret: true);
    }

    private byte[] Header() => [.. Magic, .. HMACSHA256.HashData(_key, "federated-sketch-key"u8)[..8]];

    // A name may hold what no file name may.
    private string FileOf(string source) =>
        Path.Combine(
            _home.SourcesFolder,
            $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..32]}.sketch"
        );
}
