using System.Diagnostics;
using System.Globalization;
using Federated.Adapters;
using Federated.Aggregation;
using Federated.Silo;

namespace Federated.Benchmarks;

/// <summary>
/// What several workers win over one: a version merged by one process on one thread, by one process on several, and by several processes on one thread each that take a
/// share of the layers of every update and leave their parts in the store, from which the first puts the adapter together.
/// </summary>
internal static class MergeSharesBenchmark
{
    private const int Layers = 8;

    public static void Run(Arguments arguments)
    {
        if (arguments.Text("store", "") is { Length: > 0 } store)
        {
            Work(arguments, store);
            return;
        }

        var workers = arguments.Integer("workers", Environment.ProcessorCount);
        Console.WriteLine($"{workers} workers, {Layers} layers, files in the page cache");
        Console.WriteLine(
            "| merge | alone, 1 thread s | alone, all threads s | shares s | + parts put together s | gain of shares over threads |"
        );
        Console.WriteLine("|---|---|---|---|---|---|");
        Compare("ffa", arguments.Integer("updates", 40), arguments.Integer("size", 16384), 64, workers);
        Compare("svd", arguments.Integer("svd-updates", 8), arguments.Integer("svd-size", 1024), 16, workers);
    }

    private static void Compare(string method, int updates, int size, int rank, int workers)
    {
        var alone = Together(method, updates, size, rank, 1, Layers, threads: 1).Seconds;
        var threads = Together(method, updates, size, rank, 1, Layers, threads: workers).Seconds;
        var (shares, assembling) = Together(method, updates, size, rank, workers, Layers / workers, threads: 1);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {method}, {updates} updates of {Layers} × {size}², rank {rank} | {alone:F2} | {threads:F2} | {shares:F2} | {assembling:F2} | {threads / (shares + assembling):F2} |"
            )
        );
    }

    // The slowest of the workers, and what it costs to make one blob of their parts.
    private static (double Seconds, double Assembling) Together(
        string method,
        int updates,
        int size,
        int rank,
        int workers,
        int layers,
        int threads
    )
    {
        var folder = Directory.CreateTempSubdirectory("federated-shares-").FullName;
        try
        {
            var children = Enumerable
                .Range(0, workers)
                .Select(worker =>
                    Start(method, Path.Combine(folder, $"{worker}"), updates, size, rank, layers, threads)
                )
                .ToList();
            // All have written their updates before the first begins to merge.
            children.ForEach(child => child.StandardOutput.ReadLine());
            children.ForEach(child => child.StandardInput.WriteLine());
            var answers = children.Select(child => child.StandardOutput.ReadToEnd().Split('\n')).ToList();
            children.ForEach(child => child.WaitForExit());
            var clock = Stopwatch.StartNew();
            byte[] whole = [.. answers.SelectMany(answer => File.ReadAllBytes(answer[1]))];
            new FileBlobStore(folder).PutAsync(whole, null, default).GetAwaiter().GetResult();
            return (
                answers.Max(answer => double.Parse(answer[0], CultureInfo.InvariantCulture)),
                workers == 1 ? 0 : clock.Elapsed.TotalSeconds
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string method, string store, int updates, int size, int rank, int layers, int threads)
    {
        string[] words = ["merge-shares", "--store", store, "--method", method, "--updates", $"{updates}"];
        var start = new ProcessStartInfo(
            Environment.ProcessPath!,
            [.. words, "--size", $"{size}", "--rank", $"{rank}", "--layers", $"{layers}"]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_PROCESSOR_COUNT"] = threads.ToString(CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }

    private static void Work(Arguments arguments, string folder)
    {
        var (size, updates) = (arguments.Integer("size", 1024), arguments.Integer("updates", 8));
        var isFfa = arguments.Text("method", "ffa") == "ffa";
        var layout = AdapterLayout.For(
            [
                .. Enumerable
                    .Range(0, arguments.Integer("layers", Layers))
                    .Select(layer => new LinearShape($"layers.{layer}.q_proj", isFfa ? 64 : size, size)),
            ],
            new AdapterOptions(arguments.Integer("rank", 16), 16, LoraScaling.RsLora, ["q_proj"], 0)
            {
                Factors = isFfa ? TrainedFactors.B : TrainedFactors.AB,
            }
        );
        var store = new FileBlobStore(folder);
        var adapter = store
            .PutAsync(MergeInputs.Blob(layout, AdapterBlobKind.Adapter, 0), null, default)
            .GetAwaiter()
            .GetResult();
        string[] files =
        [
            .. Enumerable
                .Range(1, updates)
                .Select(seed =>
                    store
                        .PutAsync(MergeInputs.Blob(layout, AdapterBlobKind.Update, seed), null, default)
                        .GetAwaiter()
                        .GetResult()
                ),
        ];
        var plan = MergeInputs.Plan(updates, adapter, i => files[i]) with
        {
            Method = isFfa ? MergeMethod.Ffa : MergeMethod.Svd,
        };
        Console.WriteLine("ready");
        Console.ReadLine();
        var clock = Stopwatch.StartNew();
        using var merged = VersionMerge.MergeAsync(plan, layout, store.OpenAsync).GetAwaiter().GetResult();
        var digest = store.PutAsync(merged.Blob, null, default).GetAwaiter().GetResult();
        Console.WriteLine(clock.Elapsed.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        Console.WriteLine(Path.Combine(folder, digest[..2], digest));
    }
}
