using System.Diagnostics;
using System.Globalization;
using Federated.Adapters;
using Federated.Privacy.Accounting;

namespace Federated.Benchmarks;

/// <summary>
/// What it is worth to give up the weakest directions on the way, at the same ε: one owner's speeches, LoRA on base-docs with A frozen, from the rank to half of it, beside the rank
/// throughout and half of it throughout; gain on held-out records, as ratios. Needs FEDERATED_DATA.
/// </summary>
internal static class RankAllocationBenchmark
{
    private const double Delta = 1e-5;
    private const int TokensAtOnce = 4096;

    public static void Run(Arguments arguments)
    {
        TorchThreads.Prepare(arguments.Integer("threads", 1));
        var number = CultureInfo.InvariantCulture;
        var epsilon = double.Parse(arguments.Text("epsilon", "4"), number);
        var rate = double.Parse(arguments.Text("rate", "1e-2"), number);
        var (batch, steps) = (arguments.Integer("batch", 256), arguments.Integer("steps", 24));
        var (rank, length) = (arguments.Integer("rank", 8), arguments.Integer("length", 96));
        var target = Math.Max(1, rank / 2);
        var ratios = new List<(double ToWide, double ToNarrow)>();
        for (var seed = 1; seed <= arguments.Integer("seeds", 3); seed++)
        {
            if (Speeches.Read(seed) is not { } speeches)
            {
                Console.WriteLine("FEDERATED_DATA has no shakespeare-by-speaker: skipped");
                return;
            }

            var noise = NoiseCalibration.NoiseMultiplier(
                epsilon,
                Delta,
                (double)batch / speeches.Training.Count,
                steps
            );
            double Gain(string name, int ofRank, RankSchedule? ranks)
            {
                var clock = Stopwatch.StartNew();
                var targets = arguments.Text("targets", "q_proj,v_proj").Split(',');
                var options = new AdapterOptions(ofRank, 16, LoraScaling.RsLora, targets, seed);
                using var trial = new UtilityTrial(speeches, options, length, TokensAtOnce);
                var before = trial.HeldOutLoss(null);
                var after = trial.HeldOutLoss(trial.Train(steps, batch, rate, noise, ranks));
                Console.WriteLine(
                    string.Create(
                        number,
                        $"seed {seed}, {name}: σ {noise:F3}, nats/token {before:F4} → {after:F4} ({clock.Elapsed.TotalSeconds:F0} s)"
                    )
                );
                return before - after;
            }

            var wide = Gain($"rank {rank}", rank, null);
            var allocated = Gain($"rank {rank} → {target}", rank, new(target, steps / 4, 3 * steps / 4));
            var narrow = Gain($"rank {target}", target, null);
            ratios.Add((allocated / wide, allocated / narrow));
        }

        Console.WriteLine(
            string.Create(
                number,
                $"gain of rank {rank} → {target} at ε = {epsilon}: {ratios.Average(each => each.ToWide):F3} of rank {rank} throughout, {ratios.Average(each => each.ToNarrow):F3} of rank {target} throughout"
            )
        );
    }
}
