using System.Buffers.Binary;
using System.IO.Compression;
using System.Xml.Linq;

namespace Federated.ClientNode.Tests;

public sealed class PrivacyPlotTests
{
    private static readonly Chart Chart = PrivacyPlotCommand.Of(new PrivacyPlanPhase(0.02, 0.9, 300), 1e-6);

    [Fact]
    public void The_svg_names_the_plan_its_axes_and_every_curve()
    {
        var drawing = new SvgDrawing(Chart.Width, Chart.Height);
        Chart.Draw(drawing);
        var svg = XDocument.Load(new MemoryStream(drawing.Finish()));
        var texts = svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToList();
        Assert.Contains(texts, t => t.Contains("q = 0.02, σ = 0.9, 300 steps, δ = 1E-06", StringComparison.Ordinal));
        Assert.Equal(2, texts.Count(t => t == "PLD, certified lower bound"));
        Assert.Equal(2, texts.Count(t => t == "Rényi, upper bound"));
        Assert.Equal(2, texts.Count(t => t == "privacy loss ε"));
        Assert.Contains("noised steps (log scale)", texts);
        // Three curves and three legend lines a panel, of which one each is dashed.
        var dashed = svg.Descendants().Count(e => e.Attribute("stroke-dasharray") is not null);
        Assert.Equal(4, dashed);
    }

    [Fact]
    public void The_png_is_whole_and_shows_the_curves()
    {
        var drawing = new PngDrawing(Chart.Width, Chart.Height);
        Chart.Draw(drawing);
        var png = drawing.Finish();
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);
        var (width, height) = (
            BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)),
            BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))
        );
        Assert.Equal((2 * Chart.Width, 2 * Chart.Height), (width, height));
        var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(33));
        using var unzipped = new MemoryStream();
        new ZLibStream(new MemoryStream(png, 41, length), CompressionMode.Decompress).CopyTo(unzipped);
        var pixels = unzipped.ToArray();
        Assert.Equal(height * ((3 * width) + 1), pixels.Length);
        // The colour of the Rényi curve, in both halves.
        int Count(int from, int to) =>
            Enumerable
                .Range(0, height)
                .Sum(y =>
                    Enumerable
                        .Range(from, to - from)
                        .Count(x =>
                            pixels
                                .AsSpan((y * ((3 * width) + 1)) + 1 + (3 * x), 3)
                                .SequenceEqual((byte[])[0xD9, 0x5F, 0x02])
                        )
                );
        Assert.True(Count(0, width / 2) > 1000);
        Assert.True(Count(width / 2, width) > 1000);
    }
}
