using System.Globalization;
using System.Net;
using System.Text;

namespace Federated.Lab.Simulate;

/// <summary>Line charts as SVG: readable in every browser, and small enough to be kept beside the numbers.</summary>
internal static class SvgChart
{
    private const int Width = 860;
    private const int Height = 460;
    private const int Left = 70;
    private const int Right = 150;
    private const int Top = 50;
    private const int Bottom = 50;

    // More points than pixels only make the file larger.
    private const int MostPoints = 1200;

    // Okabe & Ito 2008: told apart by everybody.
    private static readonly string[] Colours =
    [
        "#0072B2",
        "#D55E00",
        "#009E73",
        "#CC79A7",
        "#E69F00",
        "#56B4E9",
        "#000000",
    ];

    /// <summary>Draws a chart.</summary>
    /// <param name="title">Above it.</param>
    /// <param name="x">Below the horizontal axis.</param>
    /// <param name="y">Beside the vertical one.</param>
    /// <param name="lines">What is drawn; points that are not finite are left out.</param>
    public static string Draw(string title, string x, string y, IReadOnlyList<ChartLine> lines)
    {
        var points = lines.SelectMany(line => line.Points).Where(IsFinite).ToList();
        var horizontal = Axis.Around([.. points.Select(point => point.X)]);
        var vertical = Axis.Around([.. points.Select(point => point.Y)]);
        var svg = new StringBuilder();
        Add(
            svg,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="13">"""
        );
        Add(svg, $"""<rect width="{Width}" height="{Height}" fill="white"/>""");
        Text(svg, Left, Top - 20, title, "start", "font-size=\"16\"");
        Text(svg, (Left + Width - Right) / 2.0, Height - 10, x, "middle");
        Text(svg, 16, Top - 4, y, "start");
        foreach (var tick in horizontal.Ticks)
        {
            var at = AtX(horizontal, tick);
            Line(svg, at, Top, at, Height - Bottom);
            Text(svg, at, Height - Bottom + 18, Axis.Show(tick), "middle");
        }

        foreach (var tick in vertical.Ticks)
        {
            var at = AtY(vertical, tick);
            Line(svg, Left, at, Width - Right, at);
            Text(svg, Left - 6, at + 4, Axis.Show(tick), "end");
        }

        for (var i = 0; i < lines.Count; i++)
        {
            var colour = Colours[i % Colours.Length];
            Add(svg, $"""<polyline fill="none" stroke="{colour}" stroke-width="1.6" points="{Path(lines[i])}"/>""");
            var at = Top + 10 + (20 * i);
            Add(
                svg,
                $"""<line x1="{Width - Right + 12}" y1="{at}" x2="{Width - Right + 34}" y2="{at}" stroke="{colour}" stroke-width="3"/>"""
            );
            Text(svg, Width - Right + 40, at + 4, lines[i].Name, "start");
        }

        return svg.Append("</svg>\n").ToString();

        string Path(ChartLine line)
        {
            var step = Math.Max(1, line.Points.Count / MostPoints);
            return string.Join(
                ' ',
                line.Points.Where((point, index) => index % step == 0 && IsFinite(point))
                    .Select(point =>
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{AtX(horizontal, point.X):0.#},{AtY(vertical, point.Y):0.#}"
                        )
                    )
            );
        }
    }

    private static bool IsFinite((double X, double Y) point) => double.IsFinite(point.X) && double.IsFinite(point.Y);

    private static double AtX(Axis axis, double value) => Left + (axis.Share(value) * (Width - Left - Right));

    private static double AtY(Axis axis, double value) =>
        Height - Bottom - (axis.Share(value) * (Height - Top - Bottom));

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2) =>
        Add(svg, $"""<line x1="{x1:0.#}" y1="{y1:0.#}" x2="{x2:0.#}" y2="{y2:0.#}" stroke="#dddddd"/>""");

    private static void Text(StringBuilder svg, double x, double y, string text, string anchor, string more = "") =>
        Add(
            svg,
            $"""<text x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}" {more}>{WebUtility.HtmlEncode(text)}</text>"""
        );

    private static void Add(StringBuilder svg, FormattableString element) =>
        svg.Append(element.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
