namespace Federated.ClientNode;

/// <summary>What a chart is drawn on. Pixels from the top left.</summary>
internal interface IDrawing
{
    /// <summary>A connected line.</summary>
    void Line(IReadOnlyList<(double X, double Y)> points, string colour, double width, bool isDashed);

    /// <summary>Text on its baseline; <paramref name="anchor"/> 0 starts, 0.5 centres, 1 ends at x.</summary>
    void Text(double x, double y, string text, double size, double anchor, bool isVertical = false);

    /// <summary>The finished file.</summary>
    byte[] Finish();
}
