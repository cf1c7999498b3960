using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
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
        set_num_threads(1);
        var folder = Directory.CreateTempSubdirectory("federated-loading-").FullName;
        try
        {
            var layers = arguments.Integer("layers", 8);
            Write(folder, layers);
            var files = Directory.GetFiles(folder, "*.safetensors");
            var (reading, loading) = (new List<double>(), new List<double>());
            var (peak, size) = (0.0, 0.0);
            for (var round = 0; round < arguments.Integer("rounds", 5); round++)
            {
                reading.Add(Seconds(() => Array.ForEach(files, Read)));
                var before = Kibibytes("VmRSS:");
                File.WriteAllText("/proc/self/clear_refs", "5"); // the peak begins again
                loading.Add(
                    Seconds(() =>
                    {
                        using var model = LlamaCheckpoint.Read(folder);
                        size = model.parameters().Sum(parameter => parameter.numel() * 4) / 1024.0;
                        peak = Kibibytes("VmHWM:") - before;
                    })
                );
            }

            reading.Sort();
            loading.Sort();
            var (read, load) = (reading[reading.Count / 2], loading[loading.Count / 2]);
            Console.WriteLine(
                FormattableString.Invariant(
                    $"{size / 1024:F0} MiB in float32, stored as bfloat16 in {files.Length} files, {get_num_threads()} thread"
                )
            );
            Console.WriteLine(
                FormattableString.Invariant(
                    $"peak memory: {peak / 1024:F0} MiB, {peak / size:F2} × the model's own size"
                )
            );
            Console.WriteLine(
                FormattableString.Invariant(
                    $"time: {load:F2} s (median), {load / read:F1} × reading the same bytes ({read:F2} s)"
                )
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
        double.Parse(
            File.ReadLines("/proc/self/status")
                .Single(line => line.StartsWith(field, StringComparison.Ordinal))
                .Replace(field, "", StringComparison.Ordinal)
                .Replace("kB", "", StringComparison.Ordinal)
                .Trim(),
            CultureInfo.InvariantCulture
        );
}
