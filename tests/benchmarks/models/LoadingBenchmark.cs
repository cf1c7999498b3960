using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Federated.Adapters;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Benchmarks;

/// <summary>
/// What loading a sharded bfloat16 checkpoint costs beside its limits in the same run: peak memory beside the model's own size in float32, and
/// time beside reading the same bytes and no more. Linux only: the peak comes from /proc.
/// </summary>
internal static class LoadingBenchmark
{
    public static void Run(Arguments arguments)
    {
        TorchThreads.Prepare(1);
        if (arguments.Text("folder", "") is { Length: > 0 } made)
        {
            LoadOnce(made);
            return;
        }

        var folder = Directory.CreateTempSubdirectory("federated-loading-").FullName;
        try
        {
            Write(folder, arguments.Integer("layers", 8));
            var files = Directory.GetFiles(folder, "*.safetensors");
            var rounds = Enumerable
                .Range(0, arguments.Integer("rounds", 5))
                .Select(_ => (Reading: Seconds(() => Array.ForEach(files, Read)), Loading: InItsOwnProcess(folder)))
                .ToList();
            var (read, load) = (
                Median(rounds.Select(round => round.Reading)),
                Median(rounds.Select(round => round.Loading.Seconds))
            );
            var (size, peak) = (rounds[0].Loading.Size, Median(rounds.Select(round => round.Loading.Peak)));
            Console.WriteLine(
                FormattableString.Invariant(
                    $"{size / 1024:F0} MiB in float32, stored as bfloat16 in {files.Length} files, 1 thread, medians of {rounds.Count}"
                )
            );
            Console.WriteLine(
                FormattableString.Invariant(
                    $"peak memory: {peak / 1024:F0} MiB, {peak / size:F2} × the model's own size"
                )
            );
            Console.WriteLine(
                FormattableString.Invariant(
                    $"time: {load:F2} s, {load / read:F1} × reading the same bytes ({read:F2} s, from the page cache)"
                )
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Memory that an earlier model gave back may still belong to a process.
    private static (double Seconds, double Peak, double Size) InItsOwnProcess(string folder)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["loading", "--folder", folder])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var words = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return (Number(words[0]), Number(words[1]), Number(words[2]));
    }

    private static void LoadOnce(string folder)
    {
        using (zeros(1).isfinite()) { } // libtorch itself is loaded
        var before = Kibibytes("VmRSS:");
        var started = Stopwatch.GetTimestamp();
        using var model = LlamaCheckpoint.Read(folder);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var size = model.parameters().Sum(parameter => parameter.numel() * 4) / 1024.0;
        Console.WriteLine(FormattableString.Invariant($"{seconds} {Kibibytes("VmHWM:") - before} {size}"));
    }

    private static double Number(string word) => double.Parse(word, CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static void Write(string folder, int layers)
    {
        var config = new LlamaConfig
        {
            HiddenSize = 1024,
            IntermediateSize = 2816,
            NumHiddenLayers = layers,
            NumAttentionHeads = 16,
            NumKeyValueHeads = 4,
            HeadDim = 64,
            VocabSize = 32_000,
            MaxPositionEmbeddings = 2048,
            TieWordEmbeddings = true,
        };
        using var model = new LlamaModel(config);
        LlamaInitializer.Initialize(model, 1);
        var map = new Dictionary<string, string>();
        foreach (var shard in model.named_parameters().Chunk(24).Index())
        {
            using var scope = NewDisposeScope();
            var name = $"model-{shard.Index:D5}.safetensors";
            Safetensors.Write(
                Path.Combine(folder, name),
                shard
                    .Item.Select(named => KeyValuePair.Create(named.name, named.parameter.to(ScalarType.BFloat16)))
                    .ToList()
            );
            Array.ForEach(shard.Item, named => map.Add(named.name, name));
        }

        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJson("bfloat16"));
        File.WriteAllText(
            Path.Combine(folder, "model.safetensors.index.json"),
            JsonSerializer.Serialize(new Dictionary<string, object> { ["weight_map"] = map })
        );
    }

    private static void Read(string file)
    {
        using var stream = File.OpenRead(file);
        var buffer = new byte[1 << 20];
        while (stream.Read(buffer) > 0) { }
    }

    private static double Seconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Kibibytes(string field) =>
        Number(
            File.ReadLines("/proc/self/status")
                .Single(line => line.StartsWith(field, StringComparison.Ordinal))
                .Replace(field, "", StringComparison.Ordinal)
                .Replace("kB", "", StringComparison.Ordinal)
                .Trim()
        );
}
