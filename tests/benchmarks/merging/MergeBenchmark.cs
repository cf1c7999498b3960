using System.Globalization;
using Federated.Adapters;
using Federated.Aggregation;

namespace Federated.Benchmarks;

/// <summary>The frozen-A merge of updates in memory, beside a plain copy of the same bytes.</summary>
internal static class MergeBenchmark
{
    public static void Run(Arguments arguments)
    {
        var updates = arguments.Integer("updates", 10);
        var rounds = arguments.Integer("rounds", 5);
        var megabytes = arguments.Integer("megabytes", 40);
        var layout = AdapterLayout.For(
            [new LinearShape("layers.0.q_proj", 64, megabytes * 1_000_000 / 4 / 64)],
            new AdapterOptions(64, 64, LoraScaling.RsLora, ["q_proj"], 0)
        );
        var values = new float[layout.Count];
        var random = new Random(1);
        for (var j = 0; j < values.Length; j++)
        {
            values[j] = random.NextSingle() - 0.5f;
        }

        // One blob stands for all: each is read from memory that the one before has pushed out of the caches.
        var adapter = AdapterBlob.Encode(AdapterBlobKind.Adapter, layout, values);
        var blobs = Enumerable
            .Range(0, Math.Min(updates, 4))
            .Select(_ => AdapterBlob.Encode(AdapterBlobKind.Update, layout, values))
            .ToArray();
        var plan = MergePlan.FromJson(System.Text.Encoding.UTF8.GetBytes(Plan(updates)));
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

    private static string Plan(int updates)
    {
        var each = Enumerable
            .Range(0, updates)
            .Select(i =>
                FormattableString.Invariant(
                    $$"""{"nodeId":"{{i:D4}}","baseVersion":0,"digest":"{{i}}","staleness":0,"scale":1,"weight":1,"coefficient":{{1.0 / updates:R}}}"""
                )
            );
        return $$"""{"version":1,"previousDigest":"adapter","updates":[{{string.Join(',', each)}}],"learningRate":1}""";
    }
}
