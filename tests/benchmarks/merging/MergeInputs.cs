using System.Globalization;
using Federated.Adapters;
using Federated.Aggregation;

namespace Federated.Benchmarks;

/// <summary>Layouts, blobs and plans of merges.</summary>
internal static class MergeInputs
{
    /// <summary>One layer whose B has so many bytes.</summary>
    public static AdapterLayout Layout(int megabytes) =>
        AdapterLayout.For(
            [new LinearShape("layers.0.q_proj", 64, megabytes * 1_000_000 / 4 / 64)],
            new AdapterOptions(64, 64, LoraScaling.RsLora, ["q_proj"], 0)
        );

    public static byte[] Blob(AdapterLayout layout, AdapterBlobKind kind, int seed)
    {
        var values = new float[layout.Count];
        var random = new Random(seed);
        for (var j = 0; j < values.Length; j++)
        {
            values[j] = random.NextSingle() - 0.5f;
        }

        return AdapterBlob.Encode(kind, layout, values);
    }

    /// <summary>Updates 0 … count − 1 of equal weight, with names for their blobs.</summary>
    public static MergePlan Plan(int count, string adapter, Func<int, string> update) =>
        MergePlan.For(
            1,
            adapter,
            Enumerable
                .Range(0, count)
                .Select(i => new WeightedUpdate(
                    i.ToString("D6", CultureInfo.InvariantCulture),
                    0,
                    update(i),
                    0,
                    1,
                    1,
                    1.0 / count
                )),
            learningRate: 1
        );
}
