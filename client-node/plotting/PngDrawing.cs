using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace Federated.ClientNode;

/// <summary>PNG in twice the resolution, smoothed lines, letters of dots.</summary>
internal sealed class PngDrawing : IDrawing
{
    private const int Scale = 2;
    private const double Dash = 6;
    private const double Gap = 4;

    private readonly int _width;
    private readonly int _height;
    private readonly byte[] _pixels;

    /// <summary>An empty white picture.</summary>
    public PngDrawing(int width, int height)
    {
        (_width, _height) = (width * Scale, height * Scale);
        _pixels = new byte[3 * _width * _height];
        Array.Fill(_pixels, (byte)255);
    }

    /// <inheritdoc/>
    public void Line(IReadOnlyList<(double X, double Y)> points, string colour, double width, bool isDashed)
    {
        var at = 0.0;
        for (var i = 1; i < points.Count; i++)
        {
            var (from, to) = (points[i - 1], points[i]);
            var length = Math.Sqrt(Math.Pow(to.X - from.X, 2) + Math.Pow(to.Y - from.Y, 2));
            if (!isDashed)
            {
                Segment(from, to, colour, width);
                continue;
            }

            (double X, double Y) Along(double part) =>
                (from.X + ((to.X - from.X) * part / length), from.Y + ((to.Y - from.Y) * part / length));
            for (var done = 0.0; done < length; )
            {
                var phase = (at + done) % (Dash + Gap);
                var rest = Math.Min(length - done, (phase < Dash ? Dash : Dash + Gap) - phase + 1e-6);
                if (phase < Dash)
                {
                    Segment(Along(done), Along(done + rest), colour, width);
                }

                done += rest;
            }

            at += length;
        }
    }

    /// <inheritdoc/>
    public void Text(double x, double y, string text, double size, double anchor, bool isVertical = false)
    {
        // Whole dots, or the letters come out uneven.
        var dot = (int)Math.Max(1, Math.Round(size * Scale / 11));
        var along = -anchor * ((text.Length * DotFont.Advance) - 1) * dot;
        foreach (var letter in text)
        {
            var columns = DotFont.Columns(letter);
            for (var column = 0; column < columns.Length; column++)
            {
                for (var row = 0; row < 8; row++)
                {
                    if ((columns[column] >> row & 1) == 1)
                    {
                        var (right, down) = (along + (column * dot), (row - DotFont.Ascent) * (double)dot);
                        Dot(
                            (x * Scale) + (isVertical ? down : right),
                            (y * Scale) + (isVertical ? -right - dot : down),
                            dot
                        );
                    }
                }
            }

            along += DotFont.Advance * dot;
        }
    }

    /// <inheritdoc/>
    public byte[] Finish()
    {
        using var rows = new MemoryStream();
        using (var zip = new ZLibStream(rows, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < _height; y++)
            {
                zip.WriteByte(0);
                zip.Write(_pixels, 3 * _width * y, 3 * _width);
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, _width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), _height);
        // Eight bits, red green blue.
        (header[8], header[9]) = (8, 2);
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, rows.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        byte[] body = [.. type, .. content];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }

    // Each pixel by its distance from the middle of the line.
    private void Segment((double X, double Y) from, (double X, double Y) to, string colour, double width)
    {
        var (ax, ay, bx, by) = (from.X * Scale, from.Y * Scale, to.X * Scale, to.Y * Scale);
        var half = width * Scale / 2;
        var square = Math.Max(1e-12, ((bx - ax) * (bx - ax)) + ((by - ay) * (by - ay)));
        for (var y = (int)(Math.Min(ay, by) - half - 1); y <= Math.Max(ay, by) + half + 1; y++)
        {
            for (var x = (int)(Math.Min(ax, bx) - half - 1); x <= Math.Max(ax, bx) + half + 1; x++)
            {
                var (px, py) = (x + 0.5 - ax, y + 0.5 - ay);
                var along = Math.Clamp(((px * (bx - ax)) + (py * (by - ay))) / square, 0, 1);
                var (dx, dy) = (px - (along * (bx - ax)), py - (along * (by - ay)));
                Blend(x, y, colour, Math.Clamp(half + 0.5 - Math.Sqrt((dx * dx) + (dy * dy)), 0, 1));
            }
        }
    }

    private void Dot(double x, double y, int size)
    {
        for (var i = 0; i < size * size; i++)
        {
            Blend((int)Math.Round(x) + (i % size), (int)Math.Round(y) + (i / size), "#222222", 1);
        }
    }

    private void Blend(int x, int y, string colour, double share)
    {
        if (share <= 0 || x < 0 || y < 0 || x >= _width || y >= _height)
        {
            return;
        }

        var at = 3 * ((y * _width) + x);
        for (var channel = 0; channel < 3; channel++)
        {
            var value = int.Parse(
                colour.AsSpan(1 + (2 * channel), 2),
                NumberStyles.HexNumber,
                CultureInfo.InvariantCulture
            );
            _pixels[at + channel] = (byte)Math.Round((_pixels[at + channel] * (1 - share)) + (value * share));
        }
    }
}
