using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary><c>fednode privacy epsilon | noise</c>: the accountant as a calculator, for planning a run or a budget.</summary>
internal static class PrivacyCommand
{
    /// <summary>The command.</summary>
    public static Command Create() =>
        new("privacy", "What DP-SGD costs: from noise to ε, or from ε to noise.")
        {
            Epsilon(),
            Noise(),
            PrivacyAuditCommand.Create(),
        };

    private static Command Epsilon()
    {
        var noise = Required("--noise-multiplier", "σ ÷ maxGradNorm, > 0.");
        var (rate, steps, delta, json) = (Rate(), Steps(), Delta(), HomeOption.Json());
        var accountant = new Option<string>("--accountant")
        {
            Description = "best: the smallest bound of all; pld or rdp: that one's.",
            DefaultValueFactory = _ => "best",
        };
        accountant.AcceptOnlyFromAmong("best", "pld", "rdp");
        var command = new Command(
            "epsilon",
            "ε of a plan. Example: fednode privacy epsilon --noise-multiplier 1 --sampling-rate 0.01 --steps 400 --delta 1e-5"
        )
        {
            noise,
            rate,
            steps,
            delta,
            accountant,
            json,
        };
        command.SetAction(parsed =>
            CommandRun.Guard(
                Checked(() =>
                    Print(
                        parsed.GetValue(noise),
                        parsed.GetValue(rate),
                        parsed.GetValue(steps),
                        parsed.GetValue(delta),
                        parsed.GetValue(accountant)!,
                        parsed.GetValue(json)
                    )
                )
            )
        );
        return command;
    }

    private static Command Noise()
    {
        var epsilon = Required("--epsilon", "Target ε, > 0.");
        var (rate, steps, delta, json) = (Rate(), Steps(), Delta(), HomeOption.Json());
        var command = new Command(
            "noise",
            "The least noise for an ε. Example: fednode privacy noise --epsilon 4 --sampling-rate 0.01 --steps 400 --delta 1e-5"
        )
        {
            epsilon,
            rate,
            steps,
            delta,
            json,
        };
        command.SetAction(parsed =>
            CommandRun.Guard(
                Checked(() =>
                {
                    var (q, count, d) = (parsed.GetValue(rate), parsed.GetValue(steps), parsed.GetValue(delta));
                    var noise = NoiseCalibration.NoiseMultiplier(parsed.GetValue(epsilon), d, q, count);
                    return Print(noise, q, count, d, "best", parsed.GetValue(json));
                })
            )
        );
        return command;
    }

    // Here alone every argument is the command line's, so that one out of range is a wrong word of the command.
    private static Func<int> Checked(Func<int> calculation) =>
        () =>
        {
            try
            {
                return calculation();
            }
            catch (ArgumentException error)
            {
                throw new NodeSettingsException("fednode privacy", [error.Message]);
            }
        };

    private static int Print(
        double noiseMultiplier,
        double samplingRate,
        long steps,
        double delta,
        string accountant,
        bool json
    )
    {
        var plan = new RepeatedEvent(new PoissonSampledGaussianEvent(samplingRate, noiseMultiplier), steps);
        var price = accountant switch
        {
            "pld" => new PldAccountant().Epsilon(plan, delta),
            "rdp" => new RdpAccountant().Epsilon(plan, delta),
            _ => Accountants.Best(plan, delta),
        };
        Console.WriteLine(
            json
                ? JsonSerializer.Serialize(
                    new
                    {
                        epsilon = price.Epsilon,
                        epsilonLower = price.EpsilonLower,
                        accountant = price.Accountant,
                        delta = price.Delta,
                        noiseMultiplier,
                        samplingRate,
                        steps,
                    },
                    NodeJson.Options
                )
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"ε ≤ {price.Epsilon:F4} (≥ {price.EpsilonLower:F4}) at δ = {price.Delta:G4}: noiseMultiplier {noiseMultiplier:G6}, samplingRate {samplingRate:G4}, {steps} steps; accountant {price.Accountant}"
                )
        );
        return ExitCode.Ok;
    }

    private static Option<double> Required(string name, string description) =>
        new(name) { Description = description, Required = true };

    private static Option<double> Rate() =>
        Required("--sampling-rate", "q in [0, 1]: expected batch size ÷ number of records.");

    private static Option<long> Steps() =>
        new("--steps") { Description = "Noised steps in all, ≥ 0.", Required = true };

    private static Option<double> Delta() => Required("--delta", "δ in (0, 1).");
}
