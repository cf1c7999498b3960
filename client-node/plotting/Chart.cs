using System.Globalization;

namespace Federated.ClientNode;

/// <summary>Panels side by side under one title.</summary>
internal sealed class Chart(string title, IReadOnlyList<ChartPanel> panels)
{
    private const double PanelWidth = 560;
    private const double PanelHeight = 400;
    private const double Left = 70;
    private const double Right = 20;
    private const double Top = 80;
    private const double Bottom = 60;
    private const string Ink = "#222222";
    private const string Grid = "#dddddd";

    /// <summary>Width in pixels.</summary>
    public int Width => (int)(panels.Count * PanelWidth);

    /// <summary>Height in pixels.</summary>
    public const int Height = (int)PanelHeight + 20;

    /// <summary>Draws everything.</summary>
    public void Draw(IDrawing drawing)
    {
        drawing.Text(Width / 2.0, 26, title, 16, 0.5);
        for (var i = 0; i < panels.Count; i++)
        {
            Draw(drawing, panels[i], i * PanelWidth);
        }
    }

    private static void Draw(IDrawing drawing, ChartPanel panel, double shift)
    {
        var points = panel.Series.SelectMany(s => s.Points).ToList();
        var (least, most) = (points.Min(p => p.X), points.Max(p => p.X));
        var yStep = NiceStep(points.Max(p => p.Y) / 5);
        var top = Math.Max(yStep, Math.Ceiling(points.Max(p => p.Y) / yStep) * yStep);
        var (x0, x1, y0, y1) = (shift + Left, shift + PanelWidth - Right, PanelHeight - Bottom + 20, Top);
        double X(double value) => x0 + ((x1 - x0) * Math.Log(value / least) / Math.Max(1e-9, Math.Log(most / least)));
        double Y(double value) => y0 - ((y0 - y1) * value / top);

        drawing.Text((x0 + x1) / 2, Top - 24, panel.Title, 14, 0.5);
        for (var value = 0.0; value <= top * (1 + 1e-9); value += yStep)
        {
            drawing.Line([(x0, Y(value)), (x1, Y(value))], Grid, 1, false);
            drawing.Text(x0 - 8, Y(value) + 4, Number(value), 12, 1);
        }

        foreach (var tick in Ticks(least, most))
        {
            drawing.Line([(X(tick), y0), (X(tick), y1)], Grid, 1, false);
            drawing.Text(X(tick), y0 + 18, Number(tick), 12, 0.5);
        }

        drawing.Line([(x0, y1), (x0, y0), (x1, y0)], Ink, 1.5, false);
        drawing.Text((x0 + x1) / 2, y0 + 42, panel.XLabel, 13, 0.5);
        drawing.Text(shift + 18, (y0 + y1) / 2, panel.YLabel, 13, 0.5, isVertical: true);
        foreach (var series in panel.Series)
        {
            drawing.Line([.. series.Points.Select(p => (X(p.X), Y(p.Y)))], series.Colour, 2, series.IsDashed);
        }

        Legend(drawing, panel.Series, x0, x1, y0, y1, points.Select(p => (X(p.X), Y(p.Y))));
    }

    // In the upper corner that has fewer points.
    private static void Legend(
        IDrawing drawing,
        IReadOnlyList<ChartSeries> series,
        double x0,
        double x1,
        double y0,
        double y1,
        IEnumerable<(double X, double Y)> points
    )
    {
        var upper = points.Where(p => p.Y < (y0 + y1) / 2).ToList();
        var isLeft = upper.Count(p => p.X < (x0 + x1) / 2) <= upper.Count / 2;
        var x = isLeft ? x0 + 14 : x1 - 230;
        for (var i = 0; i < series.Count; i++)
        {
            var y = y1 + 16 + (i * 20);
            drawing.Line([(x, y - 4), (x + 30, y - 4)], series[i].Colour, 2, series[i].IsDashed);
            drawing.Text(x + 38, y, series[i].Name, 12, 0);
        }
    }

    private static IEnumerable<double> Ticks(double least, double most)
    {
        // Few decades get finer marks.
        double[] marks =
            most / least > 300 ? [1]
            : most / least > 12 ? [1, 2, 5]
            : [1, 1.5, 2, 3, 4, 5, 6, 8];
        for (var decade = Math.Pow(10, Math.Floor(Math.Log10(least))); decade <= most; decade *= 10)
        {
            foreach (var tick in marks.Select(mark => mark * decade))
            {
                if (tick >= least * (1 - 1e-9) && tick <= most * (1 + 1e-9))
                {
                    yield return tick;
                }
            }
        }
    }

    private static double NiceStep(double rough)
    {
        if (!(rough > 0))
        {
            return 1;
        }

        var decade = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / decade) switch
        {
            <= 1 => decade,
            <= 2 => 2 * decade,
            <= 5 => 5 * decade,
            _ => 10 * decade,
        };
    }

    private static string Number(double value) =>
        Math.Abs(value) >= 1e6
            ? value.ToString("0.#e0", CultureInfo.InvariantCulture)
            : Math.Round(value, 10).ToString("0.######", CultureInfo.InvariantCulture);
}
