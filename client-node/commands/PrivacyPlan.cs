using System.Globalization;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>The phases of a plan as the command line gives them.</summary>
internal sealed class PrivacyPlan
{
    private const int MostPhases = 1000;

    private PrivacyPlan(IReadOnlyList<PrivacyPlanPhase> phases) => Phases = phases;

    public IReadOnlyList<PrivacyPlanPhase> Phases { get; }

    /// <summary>The plan as an event.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public PrivacyEvent Event => new ComposedEvent([.. Phases.Select(p => p.Event)]);

    public string Text =>
        string.Join(
            "; ",
            Phases.Select(p =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"samplingRate {p.SamplingRate:G6}, noiseMultiplier {p.NoiseMultiplier:G6}, {p.Steps} steps"
                )
            )
        );

    /// <summary>Either the phases or the three numbers of one phase.</summary>
    /// <exception cref="NodeSettingsException">Neither, both, or not numbers.</exception>
    public static PrivacyPlan From(string? phases, double? samplingRate, double? noiseMultiplier, long? steps)
    {
        if (phases is null)
        {
            return samplingRate is { } q && noiseMultiplier is { } sigma && steps is { } count
                ? new PrivacyPlan([new PrivacyPlanPhase(q, sigma, count)])
                : throw PrivacyOptions.Refusal(
                    "--sampling-rate, --noise-multiplier and --steps are needed together; give all three, or --phases q,sigma,steps;…"
                );
        }

        return samplingRate is null && noiseMultiplier is null && steps is null
            ? new PrivacyPlan(Parse(phases))
            : throw PrivacyOptions.Refusal(
                "--phases holds sampling rate, noise and steps; leave --sampling-rate, --noise-multiplier and --steps out"
            );
    }

    private static List<PrivacyPlanPhase> Parse(string text)
    {
        var phases = new List<PrivacyPlanPhase>();
        foreach (var phase in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = phase.Split(',', StringSplitOptions.TrimEntries);
            if (
                parts.Length != 3
                || !TryDouble(parts[0], out var rate)
                || !TryDouble(parts[1], out var noise)
                || !long.TryParse(parts[2], CultureInfo.InvariantCulture, out var steps)
            )
            {
                throw PrivacyOptions.Refusal(
                    $"--phases: '{phase}' is not a phase; write q,sigma,steps such as 0.01,1.0,500, and ; between phases"
                );
            }

            phases.Add(new PrivacyPlanPhase(rate, noise, steps));
        }

        return phases.Count is > 0 and <= MostPhases
            ? phases
            : throw PrivacyOptions.Refusal($"--phases holds {phases.Count} phases; give 1 to {MostPhases}");
    }

    private static bool TryDouble(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
