using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace Federated.Lab.Simulate;

/// <summary>Real images: the optical digits of the UCI repository (gzipped CSV, 64 numbers 0 … 16 and a label) or files of the MNIST family (idx, gzipped).</summary>
internal sealed class ImageFiles : IExamples
{
    private const int MostTestRecords = 2000;

    // Of a file without a test set, each fifth record judges.
    private const int TestStride = 5;

    private readonly float[][][] _ofLabel;

    private ImageFiles(
        string description,
        int side,
        IReadOnlyList<(float[] Image, int Label)> training,
        IReadOnlyList<(float[] Image, int Label)> test
    )
    {
        (Description, Height, Width, Test) = (description, side, side, test);
        _ofLabel =
        [
            .. Enumerable
                .Range(0, Population.Labels)
                .Select(label => training.Where(record => record.Label == label).Select(r => r.Image).ToArray()),
        ];
        if (Array.Exists(_ofLabel, images => images.Length == 0))
        {
            throw new SimulationException($"--data: {description} has labels without a training image", isUsage: true);
        }
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Hidden => [64];

    /// <inheritdoc/>
    public IReadOnlyList<(float[] Image, int Label)> Test { get; }

    /// <summary>Reads a folder.</summary>
    /// <exception cref="SimulationException">It holds neither kind of files, or one that cannot be read.</exception>
    public static ImageFiles Read(string folder)
    {
        try
        {
            var digits = Path.Combine(folder, "digits.csv.gz");
            if (File.Exists(digits))
            {
                return Digits(digits);
            }

            string[] images = [.. Directory.GetFiles(folder, "*-images-idx3-ubyte.gz").Order(StringComparer.Ordinal)];
            return images is [var test, var training]
                ? Mnist(training, test)
                : throw new SimulationException(
                    $"--data {folder}: expected digits.csv.gz, or t10k-… and train-images-idx3-ubyte.gz with their labels",
                    isUsage: true
                );
        }
        catch (Exception error)
            when (error is IOException or InvalidDataException or FormatException or UnauthorizedAccessException)
        {
            throw new SimulationException($"--data {folder}: {error.Message}", isUsage: true);
        }
    }

    /// <inheritdoc/>
    public float[] Draw(int label, NamedRandom random) => _ofLabel[label][random.Next(_ofLabel[label].Length)];

    private static ImageFiles Digits(string file)
    {
        const int Side = 8;
        var records = new List<(float[], int)>();
        using var rows = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (rows.ReadLine() is { Length: > 0 } row)
        {
            var numbers = row.Split(',').Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)).ToArray();
            if (numbers.Length != (Side * Side) + 1 || numbers[^1] is not (>= 0 and < Population.Labels))
            {
                throw new InvalidDataException($"row {records.Count + 1} has not 64 numbers and a label");
            }

            records.Add(([.. numbers[..^1].Select(number => number / 16)], (int)numbers[^1]));
        }

        return new(
            "uci digits",
            Side,
            [.. records.Where((_, index) => index % TestStride != 0)],
            [.. records.Where((_, index) => index % TestStride == 0)]
        );
    }

    private static ImageFiles Mnist(string training, string test)
    {
        var (side, images) = Images(training);
        return new(
            Path.GetFileName(Path.GetDirectoryName(training))!,
            side,
            images,
            [.. Images(test).Images.Take(MostTestRecords)]
        );
    }

    private static (int Side, IReadOnlyList<(float[] Image, int Label)> Images) Images(string file)
    {
        var pixels = Bytes(file, atLeast: 16);
        var labelFile = file.Replace("images-idx3", "labels-idx1", StringComparison.Ordinal);
        var labels = Bytes(labelFile, atLeast: 8).AsSpan(8).ToArray();
        var wrong = Array.FindIndex(labels, label => label >= Population.Labels);
        if (wrong >= 0)
        {
            throw new InvalidDataException(
                $"{Path.GetFileName(labelFile)}: label {labels[wrong]} of image {wrong + 1}; expected 0 … {Population.Labels - 1}"
            );
        }

        var (height, width) = (Number(pixels, 8), Number(pixels, 12));
        var size = height * width;
        if (height != width || height < 1 || pixels.Length != 16 + (labels.Length * size))
        {
            throw new InvalidDataException($"{Path.GetFileName(file)}: sizes of images and labels do not agree");
        }

        return (
            height,
            [
                .. labels.Select(
                    (label, index) =>
                        (pixels.AsSpan(16 + (index * size), size).ToArray().Select(p => p / 255f).ToArray(), (int)label)
                ),
            ]
        );
    }

    private static int Number(byte[] bytes, int at) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));

    private static byte[] Bytes(string file, int atLeast)
    {
        using var zipped = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var whole = new MemoryStream();
        zipped.CopyTo(whole);
        return whole.Length >= atLeast
            ? whole.ToArray()
            : throw new InvalidDataException($"{Path.GetFileName(file)}: ends after {whole.Length} bytes");
    }
}
