using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using Federated.Lab.Simulate;

namespace Federated.Lab.Tests.Simulate;

public sealed class ImageFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Digits_are_read_from_64_numbers_and_a_label_and_each_fifth_row_judges()
    {
        // Row i is grey but for pixel i.
        Digits(Enumerable.Range(0, 50).Select(row => Row(row, (row + (row / 5)) % 10)));

        var images = ImageFiles.Read(_folder.Path);

        Assert.Equal((8, 8), (images.Height, images.Width));
        Assert.Equal([0, 6, 2, 8, 4, 0, 6, 2, 8, 4], images.Test.Select(record => record.Label));
        Assert.Equal(1, images.Test[1].Image[5]);
        Assert.Equal(0.5f, images.Test[1].Image[6]);
        var drawn = images.Draw(3, Random(1));
        Assert.Contains(Array.IndexOf(drawn, 1f), (int[])[3, 11, 28, 36]);
    }

    [Fact]
    public void Images_of_the_mnist_family_are_read_with_their_labels()
    {
        Idx("train", [.. Enumerable.Range(0, 20).Select(i => (byte)(i % 10))], side: 3);
        Idx("t10k", [7, 2], side: 3);

        var images = ImageFiles.Read(_folder.Path);

        Assert.Equal((3, 3), (images.Height, images.Width));
        Assert.Equal([7, 2], images.Test.Select(record => record.Label));
        Assert.Equal(7 / 255f, images.Test[0].Image[0]);
        Assert.All(Enumerable.Range(0, 10), label => Assert.Equal(label / 255f, images.Draw(label, Random(label))[0]));
    }

    [Theory]
    [InlineData("0,1,2", "row 1 has not 64 numbers and a label")]
    [InlineData("many", "'many'")]
    public void A_row_that_is_no_image_is_refused(string row, string because)
    {
        Digits([row]);
        Refused(because);
    }

    [Fact]
    public void A_label_beyond_nine_is_refused()
    {
        Digits([Row(0, 10)]);
        Refused("row 1 has not 64 numbers and a label");
    }

    [Fact]
    public void A_label_without_images_is_refused()
    {
        Digits(Enumerable.Range(0, 45).Select(row => Row(row, row % 9)));
        Refused("labels without a training image");
    }

    [Fact]
    public void Images_and_labels_of_different_numbers_are_refused()
    {
        Idx("t10k", [7, 2], side: 3);
        Idx("train", [1, 2, 3], side: 3, labels: 2);
        Refused("sizes of images and labels do not agree");
    }

    [Fact]
    public void A_file_that_is_cut_off_is_refused()
    {
        Idx("t10k", [7, 2], side: 3);
        Write("train-images-idx3-ubyte.gz", [0, 0]);
        Write("train-labels-idx1-ubyte.gz", [0, 0]);
        Refused("train-images-idx3-ubyte.gz: ends after 2 bytes");
    }

    [Fact]
    public void A_label_beyond_nine_in_a_file_of_labels_is_refused()
    {
        Idx("t10k", [7, 2], side: 3);
        Idx("train", [1, 12, 3], side: 3);
        Refused("label 12 of image 2");
    }

    [Fact]
    public void A_file_that_is_not_zipped_is_refused()
    {
        File.WriteAllText(_folder.File("digits.csv.gz"), Row(0, 0));
        Refused($"--data {_folder.Path}");
    }

    [Fact]
    public void A_folder_without_images_is_refused_with_what_was_expected() =>
        Refused("expected digits.csv.gz, or t10k-");

    [Theory]
    [InlineData("uci-digits-8x8", 8)]
    [InlineData("fashion-mnist", 28)]
    public void Real_images_are_read(string name, int side)
    {
        var images = ImageFiles.Read(RealData.Folder(name));

        Assert.Equal((side, side), (images.Height, images.Width));
        Assert.InRange(images.Test.Count, 300, 2000);
        Assert.Equal(10, images.Test.Select(record => record.Label).Distinct().Count());
        Assert.All(images.Test, record => Assert.All(record.Image, pixel => Assert.InRange(pixel, 0, 1)));
    }

    public void Dispose() => _folder.Dispose();

    private static NamedRandom Random(int seed) =>
        Federated.Lab.Simulate.Draw.Generator(seed, DrawPurpose.Record, seed);

    private static string Row(int row, int label) =>
        string.Join(
            ',',
            Enumerable
                .Range(0, 64)
                .Select(pixel => pixel == row ? 16 : 8)
                .Append(label)
                .Select(number => number.ToString(CultureInfo.InvariantCulture))
        );

    private void Refused(string because)
    {
        var error = Assert.Throws<SimulationException>(() => ImageFiles.Read(_folder.Path));
        Assert.True(error.IsUsage);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }

    private void Digits(IEnumerable<string> rows) =>
        Write("digits.csv.gz", System.Text.Encoding.ASCII.GetBytes(string.Join('\n', rows)));

    // Each pixel of an image is its label.
    private void Idx(string set, byte[] images, int side, int? labels = null)
    {
        var count = labels ?? images.Length;
        Write(
            $"{set}-images-idx3-ubyte.gz",
            [
                .. Numbers(0x803, images.Length, side, side),
                .. images.SelectMany(label => Enumerable.Repeat(label, side * side)),
            ]
        );
        Write($"{set}-labels-idx1-ubyte.gz", [.. Numbers(0x801, count), .. images.Take(count)]);
    }

    private static byte[] Numbers(params int[] numbers)
    {
        var bytes = new byte[4 * numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), numbers[i]);
        }

        return bytes;
    }

    private void Write(string name, byte[] bytes)
    {
        using var file = new GZipStream(File.Create(_folder.File(name)), CompressionLevel.Fastest);
        file.Write(bytes);
    }
}
