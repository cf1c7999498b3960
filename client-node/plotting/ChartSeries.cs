namespace Federated.ClientNode;

/// <summary>One curve.</summary>
/// <param name="Name">As in the legend.</param>
/// <param name="Colour">#rrggbb.</param>
/// <param name="IsDashed">Dashed rather than solid.</param>
/// <param name="Points">In the order of x.</param>
internal sealed record ChartSeries(
    string Name,
    string Colour,
    bool IsDashed,
    IReadOnlyList<(double X, double Y)> Points
);
