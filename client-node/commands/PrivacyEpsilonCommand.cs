using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary><c>fednode privacy epsilon</c>: ε of a plan, by every accountant that has a bound for it.</summary>
internal static class PrivacyEpsilonCommand
{
    private const double LargestEpsilon = 1e6;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var (rate, noise, steps) = (
            PrivacyOptions.SamplingRate(),
            PrivacyOptions.NoiseMultiplier(),
            PrivacyOptions.Steps()
        );
        var phases = new Option<string?>("--phases")
        {
            Description = "Instead of the three: several phases, as in q,sigma,steps;q,sigma,steps.",
            HelpName = "PHASES",
        };
        var (delta, json) = (PrivacyOptions.Delta(), HomeOption.Json());
        var accountant = new Option<string>("--accountant")
        {
            Description = "best: the smallest bound, and all of them beside it; pld or rdp: that one's.",
            DefaultValueFactory = _ => "best",
        };
        accountant.AcceptOnlyFromAmong("best", "pld", "rdp");
        var command = new Command(
            "epsilon",
            "ε of a plan. Example: fednode privacy epsilon --sampling-rate 0.01 --noise-multiplier 1.0 --steps 1000 --delta 1e-5"
        )
        {
            rate,
            noise,
            steps,
            phases,
            delta,
            accountant,
            json,
        };
        command.SetAction(parsed =>
            PrivacyOptions.Run(() =>
            {
                var plan = PrivacyPlan.From(
                    parsed.GetValue(phases),
                    parsed.GetValue(rate),
                    parsed.GetValue(noise),
                    parsed.GetValue(steps)
                );
                return Print(plan, parsed.GetValue(delta), parsed.GetValue(accountant)!, parsed.GetValue(json));
            })
        );
        return command;
    }

    private static int Print(PrivacyPlan plan, double delta, string accountant, bool json)
    {
        List<PrivacyGuarantee> prices = accountant switch
        {
            "pld" => [new PldAccountant().Epsilon(plan.Event, delta)],
            "rdp" => [new RdpAccountant().Epsilon(plan.Event, delta)],
            _ => [Accountants.Best(plan.Event, delta), .. All(plan.Event, delta)],
        };
        var best = prices[0];
        if (!(best.Epsilon <= LargestEpsilon))
        {
            throw PrivacyOptions.Refusal(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"noiseMultiplier: {plan.Text} at delta = {delta} has no ε up to {LargestEpsilon} that fits into memory ({best.Accountant}); use more noise or fewer steps"
                )
            );
        }

        if (json)
        {
            Console.WriteLine(
                JsonSerializer.Serialize(
                    new
                    {
                        epsilon = best.Epsilon,
                        epsilonLower = best.EpsilonLower,
                        accountant = best.Accountant,
                        delta = best.Delta,
                        phases = plan.Phases,
                        accountants = prices
                            .Skip(prices.Count > 1 ? 1 : 0)
                            .Select(p => new
                            {
                                epsilon = p.Epsilon,
                                epsilonLower = p.EpsilonLower,
                                accountant = p.Accountant,
                            }),
                    },
                    NodeJson.Options
                )
            );
            return ExitCode.Ok;
        }

        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{Bounds(best)} at δ = {best.Delta:G4}: {plan.Text}")
        );
        foreach (var other in prices.Skip(1))
        {
            Console.WriteLine("  " + Bounds(other));
        }

        return ExitCode.Ok;
    }

    private static IEnumerable<PrivacyGuarantee> All(PrivacyEvent plan, double delta)
    {
        if (new ClosedFormAccountant().TryEpsilon(plan, delta, out var exact))
        {
            yield return exact;
        }

        yield return new PldAccountant().Epsilon(plan, delta);
        yield return new RdpAccountant().Epsilon(plan, delta);
    }

    private static string Bounds(PrivacyGuarantee price)
    {
        var upper = $"{price.Accountant, -5} ε ≤ {EpsilonText.Upper(price.Epsilon, 6)}";
        return price.EpsilonLower > 0 ? $"{upper}, not below {EpsilonText.Lower(price.EpsilonLower, 6)}" : upper;
    }
}
