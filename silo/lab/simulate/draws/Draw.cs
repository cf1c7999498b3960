namespace Federated.Lab.Simulate;

/// <summary>
/// Numbers that follow from their name alone (seed, purpose, node, round), in whatever order they are asked for: so a simulation can be resumed
/// without having saved the state of any generator, and methods are compared on the same luck.
/// </summary>
/// <remarks>SplitMix64 (Steele, Lea, Flood 2014) over the parts of the name. For simulation only; privacy never draws from here.</remarks>
internal static class Draw
{
    /// <summary>64 uniform bits.</summary>
    public static ulong Bits(long seed, DrawPurpose purpose, long first = 0, long second = 0)
    {
        var state = Mix((ulong)seed);
        state = Mix(state ^ (ulong)purpose);
        state = Mix(state ^ (ulong)first);
        return Mix(state ^ (ulong)second);
    }

    /// <summary>A uniform number in [0, 1).</summary>
    public static double Uniform(long seed, DrawPurpose purpose, long first = 0, long second = 0) =>
        (Bits(seed, purpose, first, second) >> 11) * (1.0 / (1L << 53));

    /// <summary>A generator for distributions that need more than one number.</summary>
    public static NamedRandom Generator(long seed, DrawPurpose purpose, long first = 0, long second = 0) =>
        new(Bits(seed, purpose, first, second));

    internal static ulong Mix(ulong value)
    {
        var z = unchecked(value + 0x9E3779B97F4A7C15UL);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }
}
