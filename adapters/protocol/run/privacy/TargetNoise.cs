using System.Globalization;

namespace Federated.Protocol;

/// <summary>
/// Turns <c>privacy.targetEpsilon</c> into a noise multiplier before the document gets its identity, so that every reader of the document sees the same number and
/// nobody computes it again.
/// </summary>
internal static class TargetNoise
{
    public static RunDocument Resolve(
        RunDocument document,
        ITargetNoise noise,
        List<RunDocumentError> errors,
        int? line
    )
    {
        var privacy = document.Privacy;
        var steps = (long)document.Rounds.Versions * document.Local.Steps;
        // What is out of range is told by the rules.
        if (
            privacy.TargetEpsilon is not (> 0 and < double.PositiveInfinity)
            || privacy.Delta is not (> 0 and < 1)
            || privacy.MaxSamplingRate is not (> 0 and <= 1)
            || steps < 1
            || privacy.Mechanism != "gaussian"
        )
        {
            return document;
        }

        double needed;
        try
        {
            needed = noise.NoiseMultiplier(privacy.TargetEpsilon.Value, privacy.Delta, privacy.MaxSamplingRate, steps);
        }
        catch (InvalidOperationException unreachable)
        {
            errors.Add(
                new RunDocumentError(
                    line,
                    "privacy.targetEpsilon",
                    Text(privacy.TargetEpsilon.Value),
                    unreachable.Message,
                    "raise it, or plan fewer versions, fewer local steps or a smaller maxSamplingRate"
                )
            );
            return document;
        }

        if (privacy.NoiseMultiplier == 0)
        {
            return document with { Privacy = privacy with { NoiseMultiplier = needed } };
        }

        if (privacy.NoiseMultiplier < needed)
        {
            errors.Add(
                new RunDocumentError(
                    line,
                    "privacy.targetEpsilon",
                    Text(privacy.TargetEpsilon.Value),
                    $"noiseMultiplier {Text(privacy.NoiseMultiplier)} costs more than that",
                    $"leave noiseMultiplier out, or write at least {Text(needed)}"
                )
            );
        }

        return document;
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
