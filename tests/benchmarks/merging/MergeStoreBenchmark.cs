using System.Diagnostics;
using System.Globalization;
using Federated.Adapters;
using Federated.Aggregation;
using Federated.Silo;

namespace Federated.Benchmarks;

/// <summary>
/// The linear merge out of the blob store, a process for each number of updates: seconds beside plainly reading the same files, and the peak of resident memory.
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

        var folder = Directory.CreateTempSubdirectory("federated-merge-").FullName;
        try
        {
            Console.WriteLine("| updates | read s | merge s | merge ÷ read | merge GB/s | peak RSS MB |");
            Console.WriteLine("|---|---|---|---|---|---|");
            foreach (var count in arguments.Text("updates", "10,100,1000").Split(','))
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
                            "--megabytes",
                            arguments.Text("megabytes", "40"),
                        ]
                    )
                )!;
                child.WaitForExit();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(Arguments arguments, string folder)
    {
        var (count, megabytes) = (arguments.Integer("updates", 10), arguments.Integer("megabytes", 40));
        var layout = MergeInputs.Layout(megabytes);
        var store = new FileBlobStore(folder);
        var (adapter, files) = Fill(folder, store, layout, count);
        var before = Peak();
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
        clock.Restart();
        LinearMerge
            .MergeAsync(MergeInputs.Plan(count, adapter, i => files[i]), layout, store.OpenAsync)
            .GetAwaiter()
            .GetResult()
            .Dispose();
        var merge = clock.Elapsed.TotalSeconds;
        var gigabytes = count * (double)AdapterBlob.ByteLength(layout) / 1e9;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {count} | {read:F2} | {merge:F2} | {merge / read:F2} | {gigabytes / merge:F2} | {Peak():F0} ({before:F0} before) |"
            )
        );
    }

    // A few blobs under many names: links, so that a thousand updates fit on any disk.
    private static (string Adapter, string[] Files) Fill(
        string folder,
        FileBlobStore store,
        AdapterLayout layout,
        int count
    )
    {
        var adapter = store.PutAsync(MergeInputs.Blob(layout, AdapterBlobKind.Adapter, 0)).GetAwaiter().GetResult();
        var blobs = Enumerable
            .Range(1, DistinctBlobs)
            .Select(seed =>
                store.PutAsync(MergeInputs.Blob(layout, AdapterBlobKind.Update, seed)).GetAwaiter().GetResult()
            )
            .ToArray();
        var files = Enumerable.Range(0, count).Select(i => $"{i:x64}").ToArray();
        Directory.CreateDirectory(Path.Combine(folder, "00"));
        for (var i = 0; i < count; i++)
        {
            if (!File.Exists(PathOf(folder, files[i])))
            {
                File.CreateSymbolicLink(PathOf(folder, files[i]), PathOf(folder, blobs[i % blobs.Length]));
            }
        }

        return (adapter, files);
    }

    private static string PathOf(string folder, string digest) => Path.Combine(folder, digest[..2], digest);

    private static double Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e6;
    }
}
