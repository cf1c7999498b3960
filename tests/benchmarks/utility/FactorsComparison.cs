using System.Diagnostics;
using System.Globalization;
using Federated.Adapters;
using Federated.Privacy.Accounting;

namespace Federated.Benchmarks;

/// <summary>
/// Ways to parametrise an adapter against each other: the same records, the same ε, the same scale of B A and as nearly as ranks allow the same
/// number of trained numbers. Each gets the learning rate of a list that suits it best; the first is what the others are divided by.
/// </summary>
/// <param name="arguments">--compare FACTORS:RANK[:TARGET+TARGET],… and what the benchmark takes.</param>
internal sealed class FactorsComparison(Arguments arguments)
{
    private const double Delta = 1e-5;
    private const int TokensAtOnce = 4096;

    // The scale of the demo: alpha 16 at rank 8.
    private static readonly double Scale = 16 / Math.Sqrt(8);

    private readonly string[] _ways = arguments.Text("compare", "b:8").Split(',');
    private readonly double[] _rates =
    [
        .. arguments
            .Text("rates", "5e-3,1e-2")
            .Split(',')
            .Select(rate => double.Parse(rate, CultureInfo.InvariantCulture)),
    ];
    private readonly double _epsilon = double.Parse(arguments.Text("epsilon", "4"), CultureInfo.InvariantCulture);
    private readonly int _steps = arguments.Integer("steps", 48);
    private readonly int _batch = arguments.Integer("batch", 256);
    private readonly int _length = arguments.Integer("length", 96);

    /// <summary>Trains every way with every rate on every split.</summary>
    public void Run()
    {
        var seeds = Enumerable.Range(1, arguments.Integer("seeds", 3)).ToList();
        if (Speeches.Read(1) is null)
        {
            Console.WriteLine("FEDERATED_DATA has no shakespeare-by-speaker: skipped");
            return;
        }

        // [seed][way]
        var outcomes = seeds.Select(seed => OfSeed(seed, Speeches.Read(seed)!)).ToList();
        Console.WriteLine(
            "| factors:rank[:targets] | numbers | gain, nats/token | × first, mean (least … most) | CPU ms/step, least | × first |"
        );
        Console.WriteLine("|---|---|---|---|---|---|");
        var ofFirst = outcomes.Min(ways => ways[0].MillisecondsPerStep);
        for (var way = 0; way < _ways.Length; way++)
        {
            var own = outcomes.Select(ways => ways[way]).ToList();
            var ratios = outcomes.Select(ways => ways[way].Gain / ways[0].Gain).ToList();
            var step = own.Min(outcome => outcome.MillisecondsPerStep);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {_ways[way]} | {own[0].Numbers} | {own.Average(outcome => outcome.Gain):F4} | {ratios.Average():F2} ({ratios.Min():F2} … {ratios.Max():F2}) | {step:F0} | {step / ofFirst:F2} |"
                )
            );
        }
    }

    private List<Outcome> OfSeed(int seed, Speeches speeches)
    {
        var noise = NoiseCalibration.NoiseMultiplier(_epsilon, Delta, (double)_batch / speeches.Training.Count, _steps);
        var outcomes = new List<Outcome>();
        foreach (var way in _ways)
        {
            using var trial = new UtilityTrial(speeches, Options(way, seed), _length, TokensAtOnce);
            var before = trial.HeldOutLoss(null);
            var (gain, milliseconds, best) = (double.MinValue, double.MaxValue, 0.0);
            foreach (var rate in _rates)
            {
                var started = Process.GetCurrentProcess().TotalProcessorTime;
                var values = trial.Train(_steps, _batch, rate, noise);
                var spent = Process.GetCurrentProcess().TotalProcessorTime - started;
                milliseconds = Math.Min(milliseconds, spent.TotalMilliseconds / _steps);
                var gained = before - trial.HeldOutLoss(values);
                (gain, best) = gained > gain ? (gained, rate) : (gain, best);
            }

            outcomes.Add(new(trial.TrainedNumbers, gain, milliseconds));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"seed {seed}, σ {noise:F3}, {way}: gains {gain:F4} of {before:F4} nats/token at rate {best}, {milliseconds:F0} CPU ms a step"
                )
            );
        }

        return outcomes;
    }

    private static AdapterOptions Options(string way, int seed)
    {
        var parts = way.Split(':');
        var rank = int.Parse(parts[1], CultureInfo.InvariantCulture);
        var targets = parts.Length > 2 ? parts[2].Split('+') : ["q_proj", "v_proj"];
        return new AdapterOptions(rank, Scale * Math.Sqrt(rank), LoraScaling.RsLora, targets, seed)
        {
            Factors = AdapterOptions.ParseFactors(parts[0]),
        };
    }

    private sealed record Outcome(long Numbers, double Gain, double MillisecondsPerStep);
}
