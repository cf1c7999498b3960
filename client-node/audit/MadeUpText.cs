namespace Federated.ClientNode;

/// <summary>Random text for canaries and made-up records.</summary>
internal static class MadeUpText
{
    /// <summary>A record of random printable characters: the richer the text, the further apart the gradients of two records.</summary>
    /// <param name="random">Uniform 64-bit words.</param>
    /// <param name="length">Characters, ≥ 1.</param>
    public static TextRecord Record(Func<ulong> random, int length)
    {
        var text = string.Concat(Enumerable.Range(0, length).Select(_ => (char)('!' + (random() % 94))));
        // A subject of its own, for runs that protect subjects.
        return new TextRecord(text, null) { Subject = text };
    }
}
