using System.Diagnostics;
using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;
using MathNet.Numerics.IntegralTransforms;
using static TorchSharp.torch;

namespace Federated.Benchmarks;

/// <summary>CPU ms per ε, and noise samples per second.</summary>
internal static class PrivacyBenchmark
{
    public static void Run(Arguments arguments)
    {
        MathNet.Numerics.Control.UseSingleThread();
        TorchThreads.Prepare(1);
        var rounds = arguments.Integer("rounds", 5);
        // What the machine can do at this moment: the two transforms without which there is no answer.
        var values = new System.Numerics.Complex[1 << 17];
        var transforms = Median(
            rounds,
            () =>
            {
                Fourier.Forward(values, FourierOptions.NoScaling);
                Fourier.Inverse(values, FourierOptions.NoScaling);
            }
        );
        Console.WriteLine(
            FormattableString.Invariant($"A transform of 2^17 points and its inverse: {transforms:F1} CPU ms.")
        );
        Header("the grid");
        Row(0.02, 1, 400, 1e-6);
        Row(0.0001, 5, 10_000, 1e-5);
        Row(0.001, 0.5, 1000, 1e-8);
        Row(0.0001, 0.7, 10_000, 1e-6);
        Row(0.01, 1, 10_000, 1e-12);
        Header("T rises");
        foreach (var steps in new[] { 10, 100, 1000, 10_000, 100_000, 1_000_000 })
        {
            Row(0.01, 1, steps, 1e-5);
        }

        Header("the range of ε rises");
        foreach (var noise in new[] { 8, 4, 2, 1, 0.7, 0.5 })
        {
            Row(0.1, noise, 10_000, 1e-8);
        }

        var budget = Cost(0.01, 1, 10_000, 1e-5).Milliseconds;
        Console.WriteLine();
        Console.WriteLine(
            FormattableString.Invariant(
                $"q 0.01, σ 1, T 10 000, δ 1e-5: {budget:F1} CPU ms, {budget / 100:F2} of the budget of 100 ms, {budget / transforms:F2} × the transforms."
            )
        );

        void Header(string what)
        {
            Console.WriteLine();
            Console.WriteLine($"| {what}: q | σ | T | δ | ε | lower bound | gap ÷ ε | CPU ms, median | × transforms |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        }

        void Row(double rate, double noise, long steps, double delta)
        {
            var (price, cost) = Cost(rate, noise, steps, delta);
            Console.WriteLine(
                FormattableString.Invariant(
                    $"| {rate} | {noise} | {steps} | {delta} | {price.Epsilon:G9} | {price.EpsilonLower:G9} | {(price.Epsilon - price.EpsilonLower) / price.Epsilon:E1} | {cost:F1} | {cost / transforms:F2} |"
                )
            );
        }

        (PrivacyGuarantee Price, double Milliseconds) Cost(double rate, double noise, long steps, double delta)
        {
            var plan = new RepeatedEvent(new PoissonSampledGaussianEvent(rate, noise), steps);
            var accountant = new PldAccountant();
            return (accountant.Epsilon(plan, delta), Median(rounds, () => accountant.Epsilon(plan, delta)));
        }

        Samplers(rounds);
    }

    private static void Samplers(int rounds)
    {
        Console.WriteLine();
        Console.WriteLine("| noise | ns per sample, median CPU | million samples a second | × torch.randn |");
        Console.WriteLine("|---|---|---|---|");
        const int Count = 1 << 20;
        var values = new long[Count];
        using var stream = new SecureRandomStream();
        var torch = Nanoseconds(() =>
        {
            using var tensor = randn(Count);
        });
        Print(
            "rounded Gaussian, exact, AES-CTR",
            Nanoseconds(() => RoundedGaussianSampler.Add(values, 1 << 22, stream))
        );
        Print("Box–Muller in doubles, AES-CTR", Nanoseconds(() => BoxMuller(values, stream)));
        Print("torch.randn, float32", torch);

        double Nanoseconds(Action work) => Median(rounds, work) * 1e6 / Count;

        void Print(string name, double cost) =>
            Console.WriteLine(
                FormattableString.Invariant($"| {name} | {cost:F1} | {1e3 / cost:F0} | {cost / torch:F1} |")
            );
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
