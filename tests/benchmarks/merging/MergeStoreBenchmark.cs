using System.Diagnostics;
using System.Globalization;
using Federated.Adapters;
using Federated.Aggregation;
using Federated.Silo;

namespace Federated.Benchmarks;

/// <summary>
/// The linear merge out of the blob store, a process for each line: seconds beside plainly reading the same files on one thread, and the peak of resident memory. Once with
/// the files in the page cache, for growing numbers of updates, and once from the disk, with every file distinct and dropped from the cache before each reading.
/// </summary>
internal static class MergeStoreBenchmark
{
    private const int DistinctBlobs = 4;

    public static void Run(Arguments arguments)
    {
        if (arguments.Text("store", "") is { Length: > 0 } store)
        {
            Measure(arguments, store);
            return;
        }

        Console.WriteLine(
            "| updates | files | read s | read GB/s | merge s | merge GB/s | merge ÷ read | CPU GB/s a core | peak RSS MB |"
        );
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var count in arguments.Text("updates", "10,100,1000").Split(','))
        {
            InChild(arguments, count, "cached");
        }

        foreach (var count in arguments.Text("cold", "10,40").Split(','))
        {
            InChild(arguments, count, "cold");
        }
    }

    private static void InChild(Arguments arguments, string count, string files)
    {
        var folder = Directory.CreateTempSubdirectory("federated-merge-").FullName;
        try
        {
            using var child = Process.Start(
                new ProcessStartInfo(
                    Environment.ProcessPath!,
                    [
                        "merge-store",
                        "--store",
                        folder,
                        "--updates",
                        count,
                        "--files",
                        files,
                        "--megabytes",
                        arguments.Text("megabytes", "40"),
                    ]
                )
            )!;
            child.WaitForExit();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(Arguments arguments, string folder)
    {
        var (count, megabytes) = (arguments.Integer("updates", 10), arguments.Integer("megabytes", 40));
        var isCold = arguments.Text("files", "cached") == "cold";
        var layout = MergeInputs.Layout(megabytes);
        var store = new FileBlobStore(folder);
        var (adapter, files) = isCold ? Distinct(store, layout, count) : Linked(folder, store, layout, count);
        WarmUp(folder);
        var before = Peak();
        Prepare();
        var clock = Stopwatch.StartNew();
        var buffer = new byte[1 << 16];
        foreach (var file in files)
        {
            using var stream = new FileStream(
                PathOf(folder, file),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                0,
                FileOptions.SequentialScan
            );
            while (stream.Read(buffer) > 0) { }
        }

        var read = clock.Elapsed.TotalSeconds;
        Prepare();
        var cpu = Cpu();
        clock.Restart();
        LinearMerge
            .MergeAsync(MergeInputs.Plan(count, adapter, i => files[i]), layout, store.OpenAsync)
            .GetAwaiter()
            .GetResult()
            .Dispose();
        var merge = clock.Elapsed.TotalSeconds;
        var spent = Cpu() - cpu;
        var gigabytes = count * (double)AdapterBlob.ByteLength(layout) / 1e9;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {count} | {(isCold ? "from the disk" : "cached")} | {read:F2} | {gigabytes / read:F2} | {merge:F2} | {gigabytes / merge:F2} | {merge / read:F2} | {gigabytes / spent:F2} | {Peak():F0} ({before:F0} before) |"
            )
        );

        void Prepare()
        {
            foreach (var file in isCold ? files : [])
            {
                PageCache.Drop(PathOf(folder, file));
            }
        }
    }

    // A silo has merged before: what is measured is a merge, not the compiler's first look at it.
    private static void WarmUp(string folder)
    {
        var layout = MergeInputs.Layout(2);
        var store = new FileBlobStore(Path.Combine(folder, "warm-up"));
        var (adapter, files) = Distinct(store, layout, DistinctBlobs);
        for (var i = 0; i < 3; i++)
        {
            LinearMerge
                .MergeAsync(MergeInputs.Plan(files.Length, adapter, i => files[i]), layout, store.OpenAsync)
                .GetAwaiter()
                .GetResult()
                .Dispose();
        }
    }

    private static (string Adapter, string[] Files) Distinct(FileBlobStore store, AdapterLayout layout, int count) =>
        (
            Put(store, layout, AdapterBlobKind.Adapter, 0),
            [.. Enumerable.Range(1, count).Select(seed => Put(store, layout, AdapterBlobKind.Update, seed))]
        );

    // A few blobs under many names: links, so that a thousand updates fit on any disk.
    private static (string Adapter, string[] Files) Linked(
        string folder,
        FileBlobStore store,
        AdapterLayout layout,
        int count
    )
    {
        var (adapter, blobs) = Distinct(store, layout, DistinctBlobs);
        var files = Enumerable.Range(0, count).Select(i => $"{i:x64}").ToArray();
        Directory.CreateDirectory(Path.Combine(folder, "00"));
        for (var i = 0; i < count; i++)
        {
            File.CreateSymbolicLink(PathOf(folder, files[i]), PathOf(folder, blobs[i % blobs.Length]));
        }

        return (adapter, files);
    }

    private static string Put(FileBlobStore store, AdapterLayout layout, AdapterBlobKind kind, int seed) =>
        store.PutAsync(MergeInputs.Blob(layout, kind, seed), null, default).GetAwaiter().GetResult();

    private static string PathOf(string folder, string digest) => Path.Combine(folder, digest[..2], digest);

    // What a machine shared with others does not change much.
    private static double Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static double Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e6;
    }
}
