using System.Collections.Immutable;
using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms.Tests;

/// <summary>Object mother; every random thing has a fixed seed.</summary>
internal static class Some
{
    public static readonly string RunDigest = new('a', 64);

    public static TestNoise Noise(int seed = 0) => new(RunDigest, seed, NodeId.Parse(new string('b', 64)));

    /// <summary>A batch of n units, all drawn.</summary>
    public static PoissonBatch Batch(int count, bool isPrivate = true) =>
        new([.. Enumerable.Range(0, count)], 0.5, isPrivate);

    public static ClippedSum Sum(Tensor rows, double maxGradNorm = 1, bool isPrivate = true)
    {
        var clipper = new GradientClipper(Batch((int)rows.shape[0], isPrivate), (int)rows.shape[1], maxGradNorm);
        clipper.Clip(rows);
        return clipper.Complete();
    }

    /// <summary>What the clipped sum is, by the mechanism without noise.</summary>
    public static float[] Clipped(Tensor rows, double maxGradNorm = 1) =>
        NonPrivateMechanism.Release(Sum(rows, maxGradNorm), 1).Values.ToArray();

    public static ImmutableArray<float> Normal(int count, int seed)
    {
        using var stream = new SecureRandomStream(BitConverter.GetBytes((long)seed).Concat(new byte[24]).ToArray());
        var integers = new long[count];
        RoundedGaussianSampler.Add(integers, 1 << 20, stream);
        return [.. integers.Select(i => i / (float)(1 << 20))];
    }
}
