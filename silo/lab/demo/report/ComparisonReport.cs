namespace Federated.Lab.Demo.Reports;

/// <summary>The table of <c>--compare</c>.</summary>
/// <param name="Organisations">Names, in the order of each row's columns.</param>
/// <param name="Stranger">The organisation that took no part.</param>
/// <param name="Rows">One per method; the base model first.</param>
internal sealed record ComparisonReport(
    IReadOnlyList<string> Organisations,
    string? Stranger,
    IReadOnlyList<ComparisonRow> Rows
);
