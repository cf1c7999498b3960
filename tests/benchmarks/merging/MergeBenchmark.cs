using System.Globalization;
using Federated.Adapters;
using Federated.Aggregation;

namespace Federated.Benchmarks;

/// <summary>The linear merge of updates in memory, on one thread, beside a plain copy of the same bytes.</summary>
internal static class MergeBenchmark
{
    public static void Run(Arguments arguments)
    {
        var updates = arguments.Integer("updates", 10);
        var rounds = arguments.Integer("rounds", 5);
        var megabytes = arguments.Integer("megabytes", 40);
        var layout = MergeInputs.Layout(megabytes);

        // A few blobs stand for all: each is read from memory that the ones before have pushed out of the caches.
        var adapter = MergeInputs.Blob(layout, AdapterBlobKind.Adapter, 0);
        var blobs = Enumerable
            .Range(0, Math.Min(updates, 4))
            .Select(i => MergeInputs.Blob(layout, AdapterBlobKind.Update, 1 + i))
            .ToArray();
        var plan = MergeInputs.Plan(updates, "adapter", i => i.ToString(CultureInfo.InvariantCulture));
        var target = new byte[adapter.Length];
        var times = new CpuTime(
            (
                $"copy of {updates} × {megabytes} MB",
                () =>
                {
                    for (var i = 0; i < updates; i++)
                    {
                        blobs[i % blobs.Length].CopyTo(target, 0);
                    }
                }
            ),
            (
                $"merge of {updates} × {megabytes} MB",
                () =>
                    LinearMerge
                        .MergeAsync(plan, layout, Open, CancellationToken.None)
                        .GetAwaiter()
                        .GetResult()
                        .Dispose()
            )
        );
        times.Measure(rounds);
        times.Print(Console.Out);

        Task<Stream> Open(string digest, CancellationToken cancellation) =>
            Task.FromResult<Stream>(
                new MemoryStream(
                    digest == "adapter"
                        ? adapter
                        : blobs[int.Parse(digest, CultureInfo.InvariantCulture) % blobs.Length],
                    writable: false
                )
            );
    }
}
