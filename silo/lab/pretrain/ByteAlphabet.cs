namespace Federated.Lab.Pretrain;

/// <summary>GPT-2's visible letter for each byte: printable bytes stand for themselves, the others for U+0100 onward.</summary>
internal static class ByteAlphabet
{
    private static readonly int[] Ranked =
    [
        .. Enumerable.Range(0, 256).Where(IsPrintable),
        .. Enumerable.Range(0, 256).Where(value => !IsPrintable(value)),
    ];

    private static readonly int[] Ranks = [.. Enumerable.Range(0, 256).Select(value => Array.IndexOf(Ranked, value))];

    /// <summary>The letters in the order of their ids.</summary>
    public static IReadOnlyList<char> InOrder { get; } =
    [
        .. Ranked.Select(
            (value, rank) => IsPrintable(value) ? (char)value : (char)(256 + rank - Ranked.Count(IsPrintable))
        ),
    ];

    /// <summary>Position of a byte's letter in <see cref="InOrder"/>.</summary>
    public static int Rank(byte value) => Ranks[value];

    private static bool IsPrintable(int value) =>
        value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
}
