using Microsoft.Win32.SafeHandles;

namespace Federated.ClientNode;

/// <summary>The lines of a file, found in one pass through a buffer that is a little longer than the longest of them.</summary>
internal static class RecordLines
{
    /// <summary>The longest line: 1 MiB. A longer one is most often a file that is not JSONL.</summary>
    public const int MaxBytes = 1 << 20;

    private static readonly string TooLong = $"is longer than {MaxBytes} bytes; split the record";

    /// <summary>Finds the lines that hold something, from the first to the last.</summary>
    /// <param name="file">The file.</param>
    /// <param name="errors">Told of lines that are too long; these are passed over.</param>
    /// <param name="cancellation">Stops the reading of a large file.</param>
    /// <returns>Where each stands and its bytes, which the next one overwrites.</returns>
    public static IEnumerable<(LinePlace Line, ReadOnlyMemory<byte> Bytes)> Of(
        SafeFileHandle file,
        RecordErrors errors,
        CancellationToken cancellation
    )
    {
        var buffer = new byte[MaxBytes + 4096];
        int held = 0;
        long start = 0; // file offset of buffer[0]
        int number = 1;
        bool skipping = false; // inside a line that is too long
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(file, buffer.AsSpan(held), start + held);
            held += read;
            int begin = 0;
            while (true)
            {
                var length = buffer.AsSpan(begin, held - begin).IndexOf((byte)'\n');
                var last = length < 0;
                if (last && (read > 0 || begin == held))
                {
                    break;
                }

                length = last ? held - begin : length;
                var bytes = Trim(buffer.AsMemory(begin, length), first: start + begin == 0);
                if (!skipping && bytes.Length > MaxBytes)
                {
                    errors.Add(number, TooLong);
                }
                else if (!skipping && bytes.Length > 0)
                {
                    var offset = start + begin + length - TrailingBlanks(buffer.AsSpan(begin, length)) - bytes.Length;
                    yield return (new LinePlace(offset, bytes.Length, number), bytes);
                }

                skipping = false;
                number++;
                begin += length + (last ? 0 : 1);
            }

            if (read == 0)
            {
                yield break;
            }

            if (begin == 0 && held == buffer.Length)
            {
                if (!skipping)
                {
                    errors.Add(number, TooLong);
                    skipping = true;
                }

                begin = held;
            }

            buffer.AsSpan(begin, held - begin).CopyTo(buffer);
            start += begin;
            held -= begin;
        }
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> line, bool first)
    {
        ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
        if (first && line.Span.StartsWith(byteOrderMark))
        {
            line = line[3..];
        }

        return line.Trim(" \t\r"u8);
    }

    private static int TrailingBlanks(ReadOnlySpan<byte> line) => line.Length - line.TrimEnd(" \t\r"u8).Length;
}
