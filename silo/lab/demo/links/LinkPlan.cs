using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Federated.Lab.Demo.Links;

/// <summary>During which versions the intermittent node is cut off: a function of the seed alone.</summary>
internal sealed class LinkPlan
{
    private readonly HashSet<int> _cut;

    /// <summary>Draws the versions to miss among 2 … <paramref name="versions"/>: everyone is there when the run opens.</summary>
    /// <param name="seed">The demo's seed.</param>
    /// <param name="versions">Versions of the run.</param>
    /// <param name="share">The share of versions to miss, in [0, 1).</param>
    public LinkPlan(int seed, int versions, double share)
    {
        var candidates = Enumerable.Range(2, Math.Max(0, versions - 1)).OrderBy(version => Rank(seed, version));
        _cut = [.. candidates.Take((int)Math.Ceiling(share * Math.Max(0, versions - 1)))];
    }

    /// <summary>Whether the link is open while <paramref name="openVersion"/> collects updates.</summary>
    public bool IsOpen(int openVersion) => !_cut.Contains(openVersion);

    private static ulong Rank(int seed, int version)
    {
        Span<byte> input = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(input, seed);
        BinaryPrimitives.WriteInt32LittleEndian(input[4..], version);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(input, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
