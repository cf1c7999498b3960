using System.CommandLine;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary><c>fednode privacy noise | steps | rate</c>: the one number that meets a target ε, rounded to the safe side.</summary>
internal static class PrivacyCalibrationCommands
{
    /// <summary>The least noise.</summary>
    public static Command Noise()
    {
        var rate = PrivacyOptions.Required(PrivacyOptions.SamplingRate());
        var steps = PrivacyOptions.Required(PrivacyOptions.Steps());
        return Calibration(
            "noise",
            "The least noise for an ε. Example: fednode privacy noise --target-epsilon 8 --delta 1e-6 --sampling-rate 0.02 --steps 400",
            [rate, steps],
            (parsed, target, delta) =>
            {
                var (q, count) = (parsed.GetValue(rate)!.Value, parsed.GetValue(steps)!.Value);
                return new(q, NoiseCalibration.NoiseMultiplier(target, delta, q, count), count);
            }
        );
    }

    /// <summary>The most steps.</summary>
    public static Command Steps()
    {
        var rate = PrivacyOptions.Required(PrivacyOptions.SamplingRate());
        var noise = PrivacyOptions.Required(PrivacyOptions.NoiseMultiplier());
        return Calibration(
            "steps",
            "The most steps for an ε. Example: fednode privacy steps --target-epsilon 8 --delta 1e-6 --sampling-rate 0.02 --noise-multiplier 0.8",
            [rate, noise],
            (parsed, target, delta) =>
            {
                var (q, sigma) = (parsed.GetValue(rate)!.Value, parsed.GetValue(noise)!.Value);
                var count = NoiseCalibration.Steps(target, delta, q, sigma);
                return count > 0
                    ? new(q, sigma, count)
                    : throw PrivacyOptions.Refusal(
                        Text($"targetEpsilon = {target} does not pay for one step; raise it, or noiseMultiplier")
                    );
            }
        );
    }

    /// <summary>The largest sampling rate.</summary>
    public static Command Rate()
    {
        var noise = PrivacyOptions.Required(PrivacyOptions.NoiseMultiplier());
        var steps = PrivacyOptions.Required(PrivacyOptions.Steps());
        return Calibration(
            "rate",
            "The largest sampling rate for an ε. Example: fednode privacy rate --target-epsilon 8 --delta 1e-6 --noise-multiplier 0.8 --steps 400",
            [noise, steps],
            (parsed, target, delta) =>
            {
                var (sigma, count) = (parsed.GetValue(noise)!.Value, parsed.GetValue(steps)!.Value);
                var q = NoiseCalibration.SamplingRate(target, delta, sigma, count);
                return q > 0
                    ? new(q, sigma, count)
                    : throw PrivacyOptions.Refusal(
                        Text(
                            $"targetEpsilon = {target} allows no sampling rate above 1e-9; raise it, or noiseMultiplier"
                        )
                    );
            }
        );
    }

    private static Command Calibration(
        string name,
        string description,
        IReadOnlyList<Option> known,
        Func<ParseResult, double, double, PrivacyPlanPhase> solve
    )
    {
        var (target, delta, json) = (PrivacyOptions.TargetEpsilon(), PrivacyOptions.Delta(), HomeOption.Json());
        var command = new Command(name, description) { target, delta, json };
        foreach (var option in known)
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
            PrivacyOptions.Run(() =>
            {
                var (wanted, at) = (parsed.GetValue(target), parsed.GetValue(delta));
                var found = solve(parsed, wanted, at);
                Print(found, Accountants.Best(found.Event, at), wanted, parsed.GetValue(json));
                return ExitCode.Ok;
            })
        );
        return command;
    }

    private static void Print(PrivacyPlanPhase found, PrivacyGuarantee price, double target, bool json) =>
        Console.WriteLine(
            json
                ? JsonSerializer.Serialize(
                    new
                    {
                        noiseMultiplier = found.NoiseMultiplier,
                        samplingRate = found.SamplingRate,
                        steps = found.Steps,
                        targetEpsilon = target,
                        epsilon = price.Epsilon,
                        epsilonLower = price.EpsilonLower,
                        accountant = price.Accountant,
                        delta = price.Delta,
                    },
                    NodeJson.Options
                )
                : Text(
                    $"noiseMultiplier {found.NoiseMultiplier:R}, samplingRate {found.SamplingRate:R}, {found.Steps} steps: ε ≤ {EpsilonText.Upper(price.Epsilon, 6)} of {target:R} at δ = {price.Delta:G4} ({price.Accountant})"
                )
        );

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
