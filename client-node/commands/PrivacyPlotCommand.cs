using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary><c>fednode privacy plot</c>: ε against the number of steps and against the noise, with what is certified on both sides.</summary>
internal static class PrivacyPlotCommand
{
    private const int Points = 17;

    // A tenth of a pixel.
    private static readonly PldAccountant Pld = new(gap: 1e-3);
    private static readonly RdpAccountant Rdp = new();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var rate = PrivacyOptions.Required(PrivacyOptions.SamplingRate());
        var noise = PrivacyOptions.Required(PrivacyOptions.NoiseMultiplier());
        var steps = PrivacyOptions.Required(PrivacyOptions.Steps());
        var (delta, json) = (PrivacyOptions.Delta(), HomeOption.Json());
        var file = new Option<string>("--out")
        {
            Description = "The picture, *.png or *.svg; an existing file is replaced.",
            HelpName = "FILE",
            DefaultValueFactory = _ => "privacy.svg",
        };
        var command = new Command(
            "plot",
            "ε against steps and noise, as a picture. Example: fednode privacy plot --sampling-rate 0.01 --noise-multiplier 1.0 --steps 1000 --delta 1e-5 --out privacy.png"
        )
        {
            rate,
            noise,
            steps,
            delta,
            file,
            json,
        };
        command.SetAction(parsed =>
            PrivacyOptions.Run(() =>
            {
                var path = parsed.GetValue(file)!;
                var isPng = path.EndsWith(".png", StringComparison.OrdinalIgnoreCase);
                if (!isPng && !path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
                {
                    throw PrivacyOptions.Refusal($"--out '{path}': not a picture's name; end it with .png or .svg");
                }

                var plan = new PrivacyPlanPhase(
                    parsed.GetValue(rate)!.Value,
                    parsed.GetValue(noise)!.Value,
                    parsed.GetValue(steps)!.Value
                );
                if (plan.Steps < 1)
                {
                    throw PrivacyOptions.Refusal($"steps = {plan.Steps}; expected a count ≥ 1");
                }

                var chart = Of(plan, parsed.GetValue(delta));
                IDrawing drawing = isPng
                    ? new PngDrawing(chart.Width, Chart.Height)
                    : new SvgDrawing(chart.Width, Chart.Height);
                chart.Draw(drawing);
                File.WriteAllBytes(path, drawing.Finish());
                Console.WriteLine(
                    parsed.GetValue(json)
                        ? JsonSerializer.Serialize(new { file = Path.GetFullPath(path) }, NodeJson.Options)
                        : $"drawn to {path}"
                );
                return ExitCode.Ok;
            })
        );
        return command;
    }

    /// <summary>The picture of a plan: a fiftieth of its steps to twice as many, half of its noise to twice as much.</summary>
    internal static Chart Of(PrivacyPlanPhase plan, double delta)
    {
        var counts = Between(Math.Max(1, plan.Steps / 50.0), 2.0 * plan.Steps)
            .Select(s => plan with { Steps = (long)Math.Round(s) })
            .DistinctBy(p => p.Steps);
        var noises = Between(plan.NoiseMultiplier / 2, plan.NoiseMultiplier * 2)
            .Select(n => plan with { NoiseMultiplier = n });
        var title = string.Create(
            CultureInfo.InvariantCulture,
            $"Privacy of DP-SGD: q = {plan.SamplingRate:G6}, σ = {plan.NoiseMultiplier:G6}, {plan.Steps} steps, δ = {delta:G4}"
        );
        return new Chart(
            title,
            [
                Panel(
                    string.Create(CultureInfo.InvariantCulture, $"against steps, σ = {plan.NoiseMultiplier:G6}"),
                    "noised steps (log scale)",
                    counts,
                    p => p.Steps,
                    delta
                ),
                Panel(
                    $"against noise, {plan.Steps} steps",
                    "noise multiplier σ (noise ÷ maxGradNorm, log scale)",
                    noises,
                    p => p.NoiseMultiplier,
                    delta
                ),
            ]
        );
    }

    private static ChartPanel Panel(
        string title,
        string label,
        IEnumerable<PrivacyPlanPhase> plans,
        Func<PrivacyPlanPhase, double> x,
        double delta
    )
    {
        var (upper, lower, renyi) = (
            new List<(double, double)>(),
            new List<(double, double)>(),
            new List<(double, double)>()
        );
        foreach (var plan in plans)
        {
            var (pld, rdp) = (Pld.Epsilon(plan.Event, delta), Rdp.Epsilon(plan.Event, delta));
            if (double.IsFinite(pld.Epsilon) && double.IsFinite(rdp.Epsilon))
            {
                upper.Add((x(plan), pld.Epsilon));
                lower.Add((x(plan), pld.EpsilonLower));
                renyi.Add((x(plan), rdp.Epsilon));
            }
        }

        return upper.Count > 1
            ? new ChartPanel(
                title,
                label,
                "privacy loss ε",
                [
                    new ChartSeries("Rényi, upper bound", "#d95f02", false, renyi),
                    new ChartSeries("PLD, upper bound", "#1f4e9c", false, upper),
                    new ChartSeries("PLD, certified lower bound", "#1b9e77", true, lower),
                ]
            )
            : throw PrivacyOptions.Refusal(
                "noiseMultiplier: no ε of this plan fits into memory; use more noise or fewer steps"
            );
    }

    private static IEnumerable<double> Between(double low, double high) =>
        Enumerable.Range(0, Points).Select(i => low * Math.Pow(high / low, i / (Points - 1.0)));
}
