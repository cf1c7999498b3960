using System.Diagnostics;
using System.Globalization;
using Federated.Aggregation;

namespace Federated.Benchmarks;

/// <summary>One layer's exact merge by products, beside forming its m × n matrix in the same way; and whether the reported tail is the true one.</summary>
internal static class SvdBenchmark
{
    public static void Run(Arguments arguments)
    {
        var (size, rank) = (arguments.Integer("size", 4096), arguments.Integer("rank", 16));
        Console.WriteLine($"{size} × {size}, rank {rank}, {Environment.ProcessorCount} processors");
        Console.WriteLine(
            "| nodes | stacked rank | svd merge s | matrix alone s | dropped, relative | |tail − true| ÷ ‖M‖ | peak RSS of the merge MB |"
        );
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var nodes in arguments.Text("nodes", "10,50,200").Split(',').Select(int.Parse))
        {
            Measure(nodes, size, rank);
        }
    }

    private static void Measure(int nodes, int size, int rank)
    {
        var random = new Random(nodes);
        var previous = Pair(random, size, rank);
        var merge = new LayerMerge(
            previous,
            [
                .. Enumerable
                    .Range(0, nodes)
                    .Select(_ => new LayerUpdate(0.9 / nodes, previous, Pair(random, size, rank))),
            ]
        );
        var clock = Stopwatch.StartNew();
        var merged = merge.Svd(null, 4 * rank);
        var seconds = clock.Elapsed.TotalSeconds;
        // Of the merge, its inputs in memory included: the comparison below forms whole matrices.
        using var process = Process.GetCurrentProcess();
        var peak = process.PeakWorkingSet64 / 1e6;
        clock.Restart();
        var exact = merge.Exact();
        var matrix = exact.Dense();
        var dense = clock.Elapsed.TotalSeconds;
        var (squares, missing) = (0.0, 0.0);
        var kept = merged.Kept.Product();
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                squares += matrix[i, j] * matrix[i, j];
                missing += (matrix[i, j] - kept[i, j]) * (matrix[i, j] - kept[i, j]);
            }
        }

        var norm = Math.Sqrt(squares);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {nodes} | {exact.StackedRank} | {seconds:F1} | {dense:F1} | {merged.DroppedTail / norm:F4} | {Math.Abs(merged.DroppedTail - Math.Sqrt(missing)) / norm:E1} | {peak:F0} |"
            )
        );
    }

    private static FactorPair Pair(Random random, int size, int rank)
    {
        var (b, a) = (new float[size * rank], new float[rank * size]);
        for (var i = 0; i < b.Length; i++)
        {
            (b[i], a[i]) = (random.NextSingle() - 0.5f, random.NextSingle() - 0.5f);
        }

        return FactorPair.FromRows(b, a, rank);
    }
}
