using System.Globalization;
using System.Net;
using System.Text;

namespace Federated.ClientNode;

/// <summary>SVG 1.1, text as text.</summary>
internal sealed class SvgDrawing : IDrawing
{
    private readonly StringBuilder _svg = new();

    /// <summary>An empty white picture.</summary>
    public SvgDrawing(int width, int height) =>
        Add(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" fill=\"#222222\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
        );

    /// <inheritdoc/>
    public void Line(IReadOnlyList<(double X, double Y)> points, string colour, double width, bool isDashed)
    {
        var path = string.Join(' ', points.Select(p => FormattableString.Invariant($"{p.X:F1},{p.Y:F1}")));
        var dash = isDashed ? " stroke-dasharray=\"6 4\"" : "";
        Add($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"{dash} points=\"{path}\"/>\n");
    }

    /// <inheritdoc/>
    public void Text(double x, double y, string text, double size, double anchor, bool isVertical = false)
    {
        var side = anchor switch
        {
            0 => "start",
            1 => "end",
            _ => "middle",
        };
        var turn = isVertical ? FormattableString.Invariant($" transform=\"rotate(-90 {x:F1} {y:F1})\"") : "";
        Add(
            $"<text x=\"{x:F1}\" y=\"{y:F1}\" font-size=\"{size}\" text-anchor=\"{side}\"{turn}>{WebUtility.HtmlEncode(text)}</text>\n"
        );
    }

    /// <inheritdoc/>
    public byte[] Finish() => Encoding.UTF8.GetBytes(_svg + "</svg>\n");

    private void Add(FormattableString text) => _svg.Append(text.ToString(CultureInfo.InvariantCulture));
}
