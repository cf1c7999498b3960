using System.Diagnostics;
using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;
using static TorchSharp.torch;

namespace Federated.Benchmarks;

/// <summary>CPU ms per ε, and noise samples per second.</summary>
internal static class PrivacyBenchmark
{
    public static void Run(Arguments arguments)
    {
        MathNet.Numerics.Control.UseSingleThread();
        set_num_threads(1);
        var rounds = arguments.Integer("rounds", 5);
        Console.WriteLine("| q | σ | T | δ | ε | lower bound | gap | CPU ms, median |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (
            var (rate, noise, steps, delta) in new (double, double, long, double)[]
            {
                (0.01, 1, 10, 1e-5),
                (0.01, 1, 100, 1e-5),
                (0.01, 1, 1000, 1e-5),
                (0.01, 1, 10_000, 1e-5),
                (0.01, 1, 100_000, 1e-5),
                (0.01, 1, 1_000_000, 1e-5),
                (0.01, 1, 10_000, 1e-12),
                (0.02, 1, 400, 1e-6),
                (0.0001, 5, 10_000, 1e-5),
                (0.001, 0.5, 1000, 1e-8),
                (0.1, 0.5, 10_000, 1e-8),
                (0.5, 1, 1000, 1e-6),
            }
        )
        {
            var plan = new RepeatedEvent(new PoissonSampledGaussianEvent(rate, noise), steps);
            var accountant = new PldAccountant();
            var result = accountant.Epsilon(plan, delta);
            var median = Median(rounds, () => accountant.Epsilon(plan, delta));
            Console.WriteLine(
                FormattableString.Invariant(
                    $"| {rate} | {noise} | {steps} | {delta} | {result.Epsilon:G9} | {result.EpsilonLower:G9} | {result.Epsilon - result.EpsilonLower:E1} | {median:F1} |"
                )
            );
        }

        Console.WriteLine();
        Console.WriteLine("| noise | ns per sample, median CPU |");
        Console.WriteLine("|---|---|");
        const int Count = 1 << 20;
        var values = new long[Count];
        using var stream = new SecureRandomStream();
        Print("rounded Gaussian, exact, AES-CTR", () => RoundedGaussianSampler.Add(values, 1 << 22, stream));
        Print("Box–Muller in doubles, AES-CTR", () => BoxMuller(values, stream));
        Print(
            "torch.randn, float32",
            () =>
            {
                using var tensor = randn(Count);
            }
        );

        void Print(string name, Action work) =>
            Console.WriteLine(FormattableString.Invariant($"| {name} | {Median(rounds, work) * 1e6 / Count:F1} |"));
    }

    // What the exact sampler is measured against: the same transform, rounded without a proof.
    private static void BoxMuller(long[] values, SecureRandomStream stream)
    {
        for (var i = 0; i < values.Length; i += 2)
        {
            var radius =
                (1 << 22) * Math.Sqrt(-2 * Math.Log(((stream.NextUInt64() >> 11) + 0.5) * Math.ScaleB(1, -53)));
            var (sine, cosine) = Math.SinCos((stream.NextUInt64() >> 11) * Math.ScaleB(2 * Math.PI, -53));
            (values[i], values[i + 1]) = ((long)(radius * cosine), (long)(radius * sine));
        }
    }

    private static double Median(int rounds, Action work)
    {
        work();
        work();
        var times = new List<double>();
        for (var i = 0; i < rounds; i++)
        {
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            work();
            times.Add((Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds);
        }

        return times.Order().ElementAt(times.Count / 2);
    }
}
