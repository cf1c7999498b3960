using System.Globalization;
using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

/// <summary>Alone in its collection: it looks at the memory of the whole process.</summary>
[CollectionDefinition(nameof(LoadingMemoryTests), DisableParallelization = true)]
[Collection(nameof(LoadingMemoryTests))]
public sealed class LoadingMemoryTests
{
    [Fact]
    public void Loading_takes_little_more_than_the_model()
    {
        Assert.SkipUnless(
            File.Exists("/proc/self/clear_refs"),
            "Peak memory is read from /proc, which only Linux has."
        );
        using var folder = new TemporaryFolder();
        var config = Some.Config() with { HiddenSize = 512, VocabSize = 50_000 };
        using (var written = new LlamaModel(config))
        {
            LlamaInitializer.Initialize(written, 1);
            LlamaCheckpoint.Write(written, folder.Path, ScalarType.BFloat16);
        }

        using (LlamaCheckpoint.Read(folder.Path)) { }

        // What tests before left in the heap goes now and not in between.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        var before = Kibibytes("VmRSS:");
        File.WriteAllText("/proc/self/clear_refs", "5"); // the peak begins again at what is used now
        using var model = LlamaCheckpoint.Read(folder.Path);
        var peak = Kibibytes("VmHWM:") - before;

        var size = model.parameters().Sum(parameter => parameter.numel() * 4) / 1024.0;
        Assert.True(size > 90_000, $"the model has only {size} KiB");
        // One piece of 4 MiB as stored, its check for NaN, buffers.
        Assert.InRange(peak, 0.8 * size, size + (32 << 10));
    }

    private static double Kibibytes(string field) =>
        double.Parse(
            File.ReadLines("/proc/self/status")
                .Single(line => line.StartsWith(field, StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]
                .Replace(field, "", StringComparison.Ordinal)
                .Trim(),
            CultureInfo.InvariantCulture
        );
}
