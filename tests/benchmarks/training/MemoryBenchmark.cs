using System.Diagnostics;
using System.Globalization;
using Federated.Adapters;
using Federated.Adapters.Quantization;

namespace Federated.Benchmarks;

/// <summary>
/// Peak memory of a training step, each kind in a process of its own: what privacy adds beside its bound of 2 × (batch × trained × 4 bytes) + 8 MB,
/// and what fewer bits and recomputed activations save.
/// </summary>
/// <remarks>
/// The C library keeps freed blocks below a threshold that it raises to 32 MB by itself, so that a peak also holds whatever blocks lay between by
/// chance: tens of megabytes that differ from run to run and say nothing of a step. The judged processes therefore give each block of 64 KB or more
/// back when it is freed: their peak is what lives at once. The column beside it is the peak as a process is started by default. Medians of
/// processes taken in turn.
/// </remarks>
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

        var rounds = arguments.Integer("rounds", 3);
        var lived = Kinds.ToDictionary(name => name, _ => new List<long>());
        var kept = Kinds.ToDictionary(name => name, _ => new List<long>());
        var trained = 0L;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var name in Kinds)
            {
                (var bytes, trained) = PeakOf(name, givesBack: true, arguments);
                lived[name].Add(bytes);
                kept[name].Add(PeakOf(name, givesBack: false, arguments).Bytes);
            }
        }

        var plain = Median(lived["plain"]);
        Console.WriteLine(
            "| step | peak MB, median | least … most | above plain MB | peak MB by default, median | least … most |"
        );
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var name in Kinds)
        {
            Console.WriteLine(
                FormattableString.Invariant(
                    $"| {name} | {Median(lived[name]):F1} | {Range(lived[name])} | {Median(lived[name]) - plain:+0.0;-0.0;0.0} | {Median(kept[name]):F1} | {Range(kept[name])} |"
                )
            );
        }

        var added = Median(lived["private"]) - plain;
        var bound = (2.0 * arguments.Integer("batch", 16) * trained * sizeof(float) / 1e6) + 8;
        Console.WriteLine();
        Console.WriteLine(
            FormattableString.Invariant(
                $"privacy adds {added:F1} MB; bound 2 × batch × trained × 4 bytes + 8 MB = {bound:F1} MB: {(added <= bound ? "within" : "OVER")}"
            )
        );
    }

    private static (long Bytes, long Trained) PeakOf(string kind, bool givesBack, Arguments arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (
            var word in new[]
            {
                "memory",
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
        // Fixed thresholds: glibc raises them no more.
        foreach (var name in new[] { "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_" })
        {
            start.Environment.Remove(name);
            if (givesBack)
            {
                start.Environment[name] = "65536";
            }
        }

        using var process = Process.Start(start)!;
        var words = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return process.ExitCode == 0
            ? (long.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"the process that measures {kind} ended with {process.ExitCode}");
    }

    // In MB.
    private static double Median(List<long> bytes)
    {
        var sorted = bytes.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2e6;
    }

    private static string Range(List<long> bytes) =>
        FormattableString.Invariant($"{bytes.Min() / 1e6:F1} … {bytes.Max() / 1e6:F1}");

    private static void RunOne(string kind, Arguments arguments)
    {
        TorchThreads.Prepare(1);
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
