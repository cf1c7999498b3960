using System.Globalization;
using Federated.Adapters;
using Federated.Aggregation;
using Federated.Aggregation.Grains;
using Federated.Protocol;

namespace Federated.Silo;

/// <summary>What follows from a run document that its author should know before the run is over.</summary>
internal static class RunNotes
{
    /// <summary>Notes, each one line; none when there is nothing to say.</summary>
    public static IReadOnlyList<string> Of(RunDocument document, AdapterLayout layout)
    {
        var terms = RunDocumentReading.Terms(document, "", layout);
        var notes = new List<string>();
        if (terms.Robust is { } rule)
        {
            if (rule.Bound is { } bound)
            {
                notes.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"updates longer than {bound:G4} are scaled down to it (aggregation.robust.bound: {RobustSection.Of(document)!.Bound}; method: none leaves them as they are)"
                    )
                );
            }

            if (RobustReport.WarningFor(rule.Method, rule.SignalToNoise) is { } warning)
            {
                notes.Add(warning);
            }
        }

        if (terms.Central is { } central)
        {
            notes.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"central privacy: one node moves a version's step by at most {central.Sensitivity * terms.ServerOptimizer.LearningRate:G4}, the noise has {central.NoiseMultiplier} times that; every node that takes part is charged ε = {central.Epsilon():G4} at δ = {central.Delta} for the whole run. It protects from those who get the adapters, not from this silo"
                )
            );
        }

        if (terms.Ranks is { } ranks)
        {
            notes.Add(
                $"{ranks.CountAt(0, layout)} directions are trained until version {ranks.From}, {ranks.CountAt(ranks.To, layout)} of them from version {ranks.To} on (adapter.rankAllocation)"
            );
        }

        if (terms.Participation.Method.Remembers())
        {
            var bytes = AdapterBlob.ByteLength(layout);
            notes.Add(
                $"participation {document.Aggregation.Participation.Method} keeps one update of every node, {bytes} bytes each, and reads all of them in every version"
            );
        }

        return notes;
    }
}
