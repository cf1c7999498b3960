namespace Federated.Lab.Simulate;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Points">Its points, from left to right.</param>
internal sealed record ChartLine(string Name, IReadOnlyList<(double X, double Y)> Points);
