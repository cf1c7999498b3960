namespace Federated.ClientNode;

/// <summary>One pair of axes; x logarithmic, y linear from 0.</summary>
/// <param name="Title">Above it.</param>
/// <param name="XLabel">With its unit.</param>
/// <param name="YLabel">With its unit.</param>
/// <param name="Series">The curves; at least one, each with a point.</param>
internal sealed record ChartPanel(string Title, string XLabel, string YLabel, IReadOnlyList<ChartSeries> Series);
