using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Federated.Protocol.Tests;

/// <summary>Random sections aggregation that fulfil the rules beside any close rule, and their YAML.</summary>
internal static class RandomAggregations
{
    private static readonly Gen<ParticipationSection> Participation =
        from method in Gen.Elements("fedau", "fedavg", "uniform", "fedvarp", "mifa")
        from cutoff in Gen.Choose(1, 1000)
        from shrinkage in Gen.Elements(0.0, 0.5, 2)
        from window in Gen.Elements<int?>(null, 1, 20)
        select new ParticipationSection
        {
            Method = method,
            Cutoff = cutoff,
            Shrinkage = method == "fedau" ? shrinkage : 0,
            Window = method == "fedau" ? window : null,
        };

    public static readonly Gen<AggregationSection> Any =
        from participation in Participation
        select new AggregationSection { Participation = participation };

    public static void Write(AggregationSection section, Action<string> line)
    {
        var participation = section.Participation;
        line("  participation:");
        line($"    weightCap: {participation.WeightCap}");
        line($"    method: {participation.Method}");
        line($"    shrinkage: {RandomDocuments.Exponent(participation.Shrinkage)}");
        if (participation.Window is { } window)
        {
            line(string.Create(CultureInfo.InvariantCulture, $"    window: {window}"));
        }

        line(string.Create(CultureInfo.InvariantCulture, $"    cutoff: {participation.Cutoff}"));
    }
}
