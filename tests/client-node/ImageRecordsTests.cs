using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;

namespace Federated.ClientNode.Tests;

/// <summary>Images in MNIST's files become records, or are refused whole.</summary>
public sealed class ImageRecordsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Out => _folder.File("records.jsonl");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_image_is_a_record_with_its_label(bool packed)
    {
        var images = Write("images", Idx([3, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255), packed);
        var labels = Write("labels", Idx([3], 1, 0, 2), packed);

        var written = ImageRecords.Write(images, labels, null, Out, TestContext.Current.CancellationToken);

        Assert.Equal(new WrittenImages(3, 1, 2, 2, 3), written);
        using var records = JsonLinesRecords.Open(
            Out,
            new HoldOut(new byte[32], 0),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(3, records.TrainingCount);
        Assert.Equal(["1", "0", "2"], Enumerable.Range(0, 3).Select(i => records.Training(i).Label));
        Assert.True(records.Training(2).IsImage);
        Assert.Equal([9, 10, 11, 255], Convert.FromBase64String(records.Training(2).Text));
    }

    [Fact]
    public void Labels_have_names_and_images_channels()
    {
        var images = Write("images", Idx([1, 3, 1, 2], 1, 2, 3, 4, 5, 6));
        var labels = Write("labels", Idx([1], 1));

        var written = ImageRecords.Write(
            images,
            labels,
            ["cat", "a \"dog\""],
            Out,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(new WrittenImages(1, 3, 1, 2, 2), written);
        using var record = JsonDocument.Parse(File.ReadAllText(Out));
        Assert.Equal("a \"dog\"", record.RootElement.GetProperty("label").GetString());
    }

    public static TheoryData<string, byte[], byte[]> Unfit =>
        new()
        {
            { "images: is no idx file", [1, 2], Idx([1], 0) },
            { "images: is no idx file", [.. "{\"pixels\": \"\"}"u8], Idx([1], 0) },
            { "images: holds numbers of the idx type 0x0D", [0, 0, 0x0D, 1, 0, 0, 0, 1], Idx([1], 0) },
            { "images: ends within its header, which announces 3 dimensions", Idx([1, 2, 2])[..13], Idx([1], 0) },
            { "images: has the dimensions 1 × -1; each must be 1 or more", Idx([1, -1, 2]), Idx([1], 0) },
            { "images: has the dimensions 0; each", Idx([0, 2, 2]), Idx([1], 0) },
            { "images: holds items of 1 dimensions", Idx([1, 2], 1, 2), Idx([1], 0) },
            {
                "images: holds images of 2147483647 × 2147483647 bytes; a record has 1048576 at most",
                Idx([1, int.MaxValue, int.MaxValue]),
                Idx([1], 0)
            },
            { "images: ends after 1 of the 2 items", Idx([2, 1, 2], 1, 2, 3), Idx([2], 0, 1) },
            { "images: goes on after the 1 items", Idx([1, 1, 2], 1, 2, 3), Idx([1], 0) },
            { "labels: ends after 1 of the 2 items", Idx([2, 1, 1], 1, 2), Idx([2], 0) },
            { "labels: holds 3 labels for the 2 images of", Idx([2, 1, 1], 1, 2), Idx([3], 0, 1, 2) },
            { "labels: holds items of 1 × 1; labels are one byte", Idx([1, 1, 1], 1), Idx([1, 1, 1], 1) },
            { "labels: label 2 is 7, and 2 names are given", Idx([2, 1, 1], 1, 2), Idx([2], 0, 7) },
            { "images: ends within its header", Packed(Idx([9, 2, 2], new byte[36]))[..20], Idx([9], new byte[9]) },
            { "images: cannot be unpacked", [0x1F, 0x8B, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], Idx([1], 0) },
        };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void What_is_no_pair_of_images_and_labels_is_refused_whole(string complaint, byte[] images, byte[] labels)
    {
        var error = Assert.Throws<InvalidRecordsException>(() =>
            ImageRecords.Write(
                Write("images", images),
                Write("labels", labels),
                ["a", "b"],
                Out,
                TestContext.Current.CancellationToken
            )
        );

        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_of_images_that_is_given_as_records_is_told_what_to_do(bool packed)
    {
        var images = Write("images", Idx([1, 1, 2], 1, 2), packed);

        var error = Assert.Throws<InvalidRecordsException>(() =>
            JsonLinesRecords.Open(images, new HoldOut(new byte[32], 0), TestContext.Current.CancellationToken)
        );

        Assert.EndsWith("fednode records", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_says_what_it_wrote_and_overwrites_nothing()
    {
        var images = Write("images", Idx([2, 1, 2], 1, 2, 3, 4));
        var labels = Write("labels", Idx([2], 0, 1));
        var arguments = $"records --images {images} --labels {labels} --out {Out}";

        var (exit, output, _) = await FednodeProcess.RunAsync(arguments);
        var (again, _, error) = await FednodeProcess.RunAsync(arguments + " --json");

        Assert.Equal(0, exit);
        Assert.Contains("2 images of 1x1x2, labels 0 … 1", output, StringComparison.Ordinal);
        Assert.Equal(2, again);
        Assert.Contains("is there already", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Published_images_are_read_as_they_come()
    {
        var data = Environment.GetEnvironmentVariable("FEDERATED_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(data), "FEDERATED_DATA is not set: Fashion-MNIST is not at hand");
        var folder = Path.Combine(data!, "fashion-mnist");

        var written = ImageRecords.Write(
            Path.Combine(folder, "t10k-2000-images-idx3-ubyte.gz"),
            Path.Combine(folder, "t10k-2000-labels-idx1-ubyte.gz"),
            null,
            Out,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(new WrittenImages(2000, 1, 28, 28, 10), written);
        using var records = JsonLinesRecords.Open(
            Out,
            new HoldOut(new byte[32], 0),
            TestContext.Current.CancellationToken
        );
        Assert.All(
            Enumerable.Range(0, 2000).GroupBy(i => records.Training(i).Label),
            label => Assert.Equal(200, label.Count()) // as its source says
        );
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Idx(int[] sizes, params byte[] items)
    {
        var header = new byte[4 + (4 * sizes.Length)];
        (header[2], header[3]) = (8, (byte)sizes.Length);
        foreach (var (i, size) in sizes.Index())
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), size);
        }

        return [.. header, .. items];
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private string Write(string name, byte[] bytes, bool packed = false)
    {
        File.WriteAllBytes(_folder.File(name), packed ? Packed(bytes) : bytes);
        return _folder.File(name);
    }
}
