using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Federated.ClientNode;

/// <summary>
/// The attempt under way, on disk after each noisy step, so that a node that was killed goes on at the last one instead of at the first.
/// </summary>
/// <remarks>
/// Why this is safe: the state is made of noisy gradients and public numbers alone, all of them of steps that the run's reservation has
/// paid for, and it never leaves the machine. A step that was lost is drawn again with a fresh batch and fresh noise; its first draw died
/// with the process, so that of each step only one draw can ever be sent. What was sealed is sent again and never trained again: the file goes
/// when the update is sealed, and <see cref="RoundLoop"/> looks for sealed bytes before it looks here. The state belongs to one
/// reservation, epoch and base; another one's is thrown away.
/// <code>
///   "FEDC" | version u16 | 0 u16 | SHA-256 of what it belongs to | SHA-256 of the state | state
/// </code>
/// </remarks>
internal sealed class AttemptFile
{
    private const ushort FormatVersion = 1;
    private const int HeaderLength = 8 + (2 * SHA256.HashSizeInBytes);

    // At most about a tenth of the time goes into writing, however slow the disk and large the adapter.
    private const int TimesTheLastWrite = 9;
    private readonly string _path;
    private readonly byte[] _owner;
    private readonly TimeProvider _time;
    private TimeSpan _pause;
    private long? _written;

    /// <summary>The file of a run.</summary>
    /// <param name="home">The node's home.</param>
    /// <param name="run">The run.</param>
    /// <param name="from">What is trained from.</param>
    /// <param name="time">Spaces the writes.</param>
    public AttemptFile(NodeHome home, ConsentedRun run, TrainingBase from, TimeProvider time)
    {
        _path = PathOf(home, run.Digest);
        _time = time;
        _owner = SHA256.HashData(
            Encoding.UTF8.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{run.Digest}\n{run.ReservationId}\n{from.Epoch}\n{from.Version}\n{from.Digest}"
                )
            )
        );
    }

    /// <summary>The state of an earlier process's attempt from the same base; null when there is none that is whole.</summary>
    public byte[]? Read()
    {
        if (!File.Exists(_path))
        {
            return null;
        }

        var bytes = File.ReadAllBytes(_path);
        var isOurs = bytes.Length >= HeaderLength && bytes.AsSpan().StartsWith(Header(bytes.AsSpan(HeaderLength)));
        return isOurs ? bytes[HeaderLength..] : null;
    }

    /// <summary>Writes the state durably, unless the last write was too short a time ago.</summary>
    /// <param name="state">Gives the bytes.</param>
    public void Write(Func<byte[]> state)
    {
        var start = _time.GetTimestamp();
        if (_written is { } last && _time.GetElapsedTime(last, start) < _pause)
        {
            return;
        }

        var bytes = state();
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        DurableFile.Write(_path, [.. Header(bytes), .. bytes], secret: true);
        _written = _time.GetTimestamp();
        _pause = _time.GetElapsedTime(start, _written.Value) * TimesTheLastWrite;
    }

    /// <summary>Removes the attempt of a run, if there is one.</summary>
    public static void Remove(NodeHome home, string runDigest)
    {
        if (Directory.Exists(home.RunFolder(runDigest)))
        {
            File.Delete(PathOf(home, runDigest));
        }
    }

    private static string PathOf(NodeHome home, string runDigest) =>
        Path.Combine(home.RunFolder(runDigest), "attempt.bin");

    private byte[] Header(ReadOnlySpan<byte> state) =>
        [.. "FEDC"u8, (byte)FormatVersion, 0, 0, 0, .. _owner, .. SHA256.HashData(state)];
}
