using System.Diagnostics;
using System.Globalization;
using Federated.Adapters;
using Federated.Privacy.Accounting;

namespace Federated.Benchmarks;

/// <summary>
/// What privacy leaves of the gain: one owner's speeches, LoRA on base-docs, the same program and the same batches' sizes with DP-SGD at an ε and without clipping and noise; loss on
/// held-out records. Needs FEDERATED_DATA.
/// </summary>
internal static class UtilityBenchmark
{
    private const double Delta = 1e-5;
    private const int TokensAtOnce = 4096;

    public static void Run(Arguments arguments)
    {
        TorchThreads.Prepare(arguments.Integer("threads", 1));
        if (arguments.Text("compare", "").Length > 0)
        {
            new FactorsComparison(arguments).Run();
            return;
        }

        var epsilon = double.Parse(arguments.Text("epsilon", "4"), CultureInfo.InvariantCulture);
        var (batch, steps) = (arguments.Integer("batch", 256), arguments.Integer("steps", 48));
        var rate = double.Parse(arguments.Text("rate", "1e-2"), CultureInfo.InvariantCulture);
        var length = arguments.Integer("length", 96);
        var kept = new List<double>();
        for (var seed = 1; seed <= arguments.Integer("seeds", 3); seed++)
        {
            if (Speeches.Read(seed) is not { } speeches)
            {
                Console.WriteLine("FEDERATED_DATA has no shakespeare-by-speaker: skipped");
                return;
            }

            var clock = Stopwatch.StartNew();
            var options = new AdapterOptions(
                arguments.Integer("rank", 8),
                16,
                LoraScaling.RsLora,
                arguments.Text("targets", "q_proj,v_proj").Split(','),
                seed
            )
            {
                Factors = AdapterOptions.ParseFactors(arguments.Text("factors", "b")),
            };
            using var trial = new UtilityTrial(speeches, options, length, TokensAtOnce);
            var samplingRate = (double)batch / speeches.Training.Count;
            var noise = NoiseCalibration.NoiseMultiplier(epsilon, Delta, samplingRate, steps);
            var before = trial.HeldOutLoss(null);
            var plain = trial.HeldOutLoss(trial.Train(steps, batch, rate, noiseMultiplier: null));
            var priv = trial.HeldOutLoss(trial.Train(steps, batch, rate, noise));
            kept.Add((before - priv) / (before - plain));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"seed {seed}: {speeches.Training.Count} + {speeches.HeldOut.Count} records, {steps} steps of {batch}, σ {noise:F3}: nats/token {before:F4} → {plain:F4} without privacy, {priv:F4} at ε = {epsilon}, δ = {Delta}: {kept[^1]:P0} of the gain kept ({clock.Elapsed.TotalSeconds:F0} s)"
                )
            );
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"at least half of the gain is kept in {kept.Count(share => share >= 0.5)} of {kept.Count} seeds"
            )
        );
    }
}
