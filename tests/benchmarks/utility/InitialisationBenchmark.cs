using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Privacy.Accounting;

namespace Federated.Benchmarks;

/// <summary>
/// What EVA's A is worth beside the A of the seed, at the same ε and with the same number of trained numbers: one owner's speeches, LoRA on base-docs with A frozen; gain on held-out
/// records, as a ratio. Public text is a part of the speeches that nobody trains on, or another publisher's. Needs FEDERATED_DATA.
/// </summary>
internal static class InitialisationBenchmark
{
    private const double Delta = 1e-5;
    private const int TokensAtOnce = 4096;
    private const int PublicPercent = 20;

    public static void Run(Arguments arguments)
    {
        TorchThreads.Prepare(arguments.Integer("threads", 1));
        var number = CultureInfo.InvariantCulture;
        var epsilon = double.Parse(arguments.Text("epsilon", "4"), number);
        var rates = arguments.Text("rates", "5e-3,1e-2").Split(',').Select(rate => double.Parse(rate, number));
        var (batch, steps) = (arguments.Integer("batch", 256), arguments.Integer("steps", 24));
        var length = arguments.Integer("length", 96);
        var ratios = new Dictionary<string, List<double>>();
        for (var seed = 1; seed <= arguments.Integer("seeds", 3); seed++)
        {
            if (Speeches.Read(seed) is not { } speeches)
            {
                Console.WriteLine("FEDERATED_DATA has no shakespeare-by-speaker: skipped");
                return;
            }

            var sides = speeches.Training.ToLookup(text => Percent($"public {seed} {text}") < PublicPercent);
            var own = speeches with { Training = [.. sides[false]] };
            var noise = NoiseCalibration.NoiseMultiplier(epsilon, Delta, (double)batch / own.Training.Count, steps);
            var options = new AdapterOptions(
                arguments.Integer("rank", 8),
                16,
                LoraScaling.RsLora,
                arguments.Text("targets", "q_proj,v_proj").Split(','),
                seed
            );
            IReadOnlyList<string> alike = [.. sides[true]];
            IReadOnlyList<string> other = MedicalText();
            var arms = new List<(string Name, AdapterOptions Options)>
            {
                ("seed", options),
                ("eva, like text", Eva(options, alike, length, rho: 1)),
                ("eva, like text, ρ 2", Eva(options, alike, length, rho: 2)),
            };
            if (other.Count > 0)
            {
                arms.Add(("eva, other text", Eva(options, other, length, rho: 1)));
            }

            var gains = arms.ToDictionary(
                arm => arm.Name,
                arm => Gain(arm.Name, own, arm.Options, rates, new(batch, steps, length, noise, seed))
            );
            foreach (var (name, gain) in gains)
            {
                ratios.TryAdd(name, []);
                ratios[name].Add(gain / gains["seed"]);
            }
        }

        Console.WriteLine(
            $"gain ÷ gain with the A of the seed, at ε = {epsilon.ToString(number)}, each at its best learning rate:"
        );
        foreach (var (name, each) in ratios.Where(arm => arm.Key != "seed"))
        {
            Console.WriteLine(
                $"  {name}: {each.Average().ToString("F3", number)} ({string.Join(" / ", each.Select(ratio => ratio.ToString("F3", number)))})"
            );
        }
    }

    private static double Gain(
        string name,
        Speeches speeches,
        AdapterOptions options,
        IEnumerable<double> rates,
        Plan plan
    )
    {
        var clock = Stopwatch.StartNew();
        using var trial = new UtilityTrial(speeches, options, plan.Length, TokensAtOnce);
        var before = trial.HeldOutLoss(null);
        var losses = rates
            .Select(rate => (rate, Loss: trial.HeldOutLoss(trial.Train(plan.Steps, plan.Batch, rate, plan.Noise))))
            .ToList();
        var best = losses.MinBy(tried => tried.Loss);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"seed {plan.Seed}, {name}: {trial.TrainedNumbers} numbers, {speeches.Training.Count} + {speeches.HeldOut.Count} records, {plan.Steps} steps of {plan.Batch}, σ {plan.Noise:F3}: nats/token {before:F4} → {string.Join(", ", losses.Select(tried => $"{tried.Loss:F4} at {tried.rate}"))} ({clock.Elapsed.TotalSeconds:F0} s)"
            )
        );
        return before - best.Loss;
    }

    private static AdapterOptions Eva(AdapterOptions options, IReadOnlyList<string> texts, int length, double rho)
    {
        using var model = BaseModel.Load(Path.Combine(AppContext.BaseDirectory, "base-docs"));
        var linears = ((LlamaModel)model.Model).Config.Linears;
        var (factors, layers) = ExplainedVariance.Compute(
            model.Model,
            AdapterLayout.For(linears, options),
            [.. texts.Select(text => TokenSequence.Encode(model.Tokenizer, text, length))],
            new() { Rho = rho },
            _ => { },
            CancellationToken.None
        );
        Console.WriteLine(
            $"  ρ {rho}: {string.Join(", ", layers.Select(layer => string.Create(CultureInfo.InvariantCulture, $"{layer.Rank} ({layer.Explained:P0})")))} from {layers.Max(layer => layer.Tokens)} tokens"
        );
        return options with
        {
            Initial = InitialFactors.Read(InitialFactors.Encode(factors)),
            RankPattern = factors.ToDictionary(factor => factor.Path, factor => factor.Rank),
        };
    }

    private static IReadOnlyList<string> MedicalText()
    {
        var folder = Path.Combine(Environment.GetEnvironmentVariable("FEDERATED_DATA")!, "medquad-demo");
        return Directory.Exists(folder)
            ?
            [
                .. Directory
                    .EnumerateFiles(folder, "*.jsonl")
                    .Order(StringComparer.Ordinal)
                    .SelectMany(file => File.ReadLines(file).Take(500))
                    .Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("answer").GetString()!),
            ]
            : [];
    }

    private static int Percent(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text))[0] * 100 / 256;

    private sealed record Plan(int Batch, int Steps, int Length, double Noise, int Seed);
}
