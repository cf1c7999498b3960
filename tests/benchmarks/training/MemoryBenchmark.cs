using System.Diagnostics;
using System.Globalization;
using Federated.Adapters;
using Federated.Adapters.Quantization;
using static TorchSharp.torch;

namespace Federated.Benchmarks;

/// <summary>
/// Peak memory of a training step, each kind in a process of its own: what privacy adds beside its bound of 2 × (batch × trained × 4 bytes) + 8 MB,
/// and what fewer bits and recomputed activations save.
/// </summary>
internal static class MemoryBenchmark
{
    private static readonly string[] Kinds =
    [
        "idle",
        "plain",
        "private",
        "private-recomputed",
        "private-int8",
        "private-nf4",
        "full",
    ];

    public static void Run(Arguments arguments)
    {
        if (arguments.Text("kind", "") is { Length: > 0 } kind)
        {
            RunOne(kind, arguments);
            return;
        }

        var peaks = Kinds.ToDictionary(name => name, name => PeakOf(name, arguments));
        Console.WriteLine("| step | peak MB of the process | above plain MB |");
        Console.WriteLine("|---|---|---|");
        foreach (var name in Kinds)
        {
            Console.WriteLine(
                FormattableString.Invariant(
                    $"| {name} | {peaks[name].Bytes / 1e6:F1} | {(peaks[name].Bytes - peaks["plain"].Bytes) / 1e6:+0.0;-0.0;0.0} |"
                )
            );
        }

        var bound = (2.0 * arguments.Integer("batch", 16) * peaks["private"].Trained * sizeof(float)) + 8e6;
        Console.WriteLine();
        Console.WriteLine(
            FormattableString.Invariant(
                $"privacy adds {(peaks["private"].Bytes - peaks["plain"].Bytes) / 1e6:F1} MB; 2 × batch × trained × 4 bytes + 8 MB = {bound / 1e6:F1} MB"
            )
        );
    }

    // glibc's allocator moves its threshold for memory mapped apart with what was freed before, which leaves holes of any size by chance (±15 MB
    // here, 150 MB in all). With a threshold that stands, freed tensors leave the process and the peak is what the step holds.
    private static (long Bytes, long Trained) PeakOf(string kind, Arguments arguments)
    {
        var least = (Bytes: long.MaxValue, Trained: 0L);
        for (var i = 0; i < 2; i++)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
            start.ArgumentList.Add("memory");
            foreach (
                var word in new[]
                {
                    "--kind",
                    kind,
                    "--model",
                    arguments.Text("model", "reference"),
                    "--batch",
                    arguments.Text("batch", "16"),
                    "--targets",
                    arguments.Text("targets", "q_proj,v_proj"),
                }
            )
            {
                start.ArgumentList.Add(word);
            }

            start.Environment["DOTNET_gcServer"] = "0";
            start.Environment["MALLOC_MMAP_THRESHOLD_"] = "1048576";
            using var process = Process.Start(start)!;
            var words = process.StandardOutput.ReadToEnd().Split(' ');
            process.WaitForExit();
            var bytes = long.Parse(words[0], CultureInfo.InvariantCulture);
            if (bytes < least.Bytes)
            {
                least = (bytes, long.Parse(words[1], CultureInfo.InvariantCulture));
            }
        }

        return least;
    }

    private static void RunOne(string kind, Arguments arguments)
    {
        set_num_threads(1);
        var precision = kind switch
        {
            "private-int8" => BasePrecision.EightBit,
            "private-nf4" => BasePrecision.Nf4,
            _ => BasePrecision.Full,
        };
        using var model = TrainingModel.Create(arguments.Text("model", "reference"), precision);
        model.CheckpointActivations = kind == "private-recomputed";
        var targets = arguments.Text("targets", "q_proj,v_proj").Split(',');
        var options = new AdapterOptions(8, 16, LoraScaling.RsLora, targets, 0);
        using var adapter = new LoraAdapter(model, AdapterLayout.For(TrainingModel.Shapes(model), options));
        using var batch = TokenBatch.Of(
            TrainingModel.Records(arguments.Integer("batch", 16), 128, model.VocabularySize)
        );
        using var steps = new TrainingSteps(adapter, batch);
        using var full =
            kind == "full"
                ? new FullFineTuning(TrainingModel.Create(arguments.Text("model", "reference")), batch)
                : null;
        for (var i = 0; i < 5; i++)
        {
            switch (kind)
            {
                case "idle":
                    break;
                case "plain":
                    steps.Plain();
                    break;
                case "full":
                    full!.Step();
                    break;
                default:
                    steps.Private();
                    break;
            }
        }

        Console.Write(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Process.GetCurrentProcess().PeakWorkingSet64} {adapter.Layout.Count}"
            )
        );
    }
}
