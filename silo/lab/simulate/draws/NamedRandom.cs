namespace Federated.Lab.Simulate;

/// <summary>A <see cref="Random"/> over SplitMix64, for libraries that draw from one.</summary>
/// <param name="state">Where it begins.</param>
internal sealed class NamedRandom(ulong state) : Random(0)
{
    private ulong _state = state;

    /// <inheritdoc/>
    public override double NextDouble() => (NextBits() >> 11) * (1.0 / (1L << 53));

    /// <inheritdoc/>
    public override int Next() => (int)(NextBits() >> 33);

    /// <inheritdoc/>
    public override int Next(int maxValue) => (int)(NextDouble() * maxValue);

    /// <inheritdoc/>
    public override int Next(int minValue, int maxValue) =>
        minValue + (int)(NextDouble() * (maxValue - (long)minValue));

    /// <inheritdoc/>
    public override long NextInt64() => (long)(NextBits() >> 1);

    /// <inheritdoc/>
    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    /// <inheritdoc/>
    public override void NextBytes(Span<byte> buffer)
    {
        foreach (ref var value in buffer)
        {
            value = (byte)(NextBits() >> 56);
        }
    }

    /// <inheritdoc/>
    protected override double Sample() => NextDouble();

    private ulong NextBits()
    {
        var bits = Draw.Mix(_state);
        _state = unchecked(_state + 0x9E3779B97F4A7C15UL);
        return bits;
    }
}
