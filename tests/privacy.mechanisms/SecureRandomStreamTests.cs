namespace Federated.Privacy.Mechanisms.Tests;

public sealed class SecureRandomStreamTests
{
    [Fact]
    public void Words_and_bulk_reads_are_one_stream_across_blocks()
    {
        using var single = new SecureRandomStream(new byte[32]);
        using var bulk = new SecureRandomStream(new byte[32]);
        var words = new ulong[20_000];
        bulk.Fill(words.AsSpan(0, 5));
        bulk.Fill(words.AsSpan(5));
        Assert.All(words, w => Assert.Equal(w, single.NextUInt64()));
        Assert.Equal(words.Length, words.Distinct().Count());
    }

    [Fact]
    public void Every_bit_is_set_half_the_time()
    {
        using var stream = new SecureRandomStream(new byte[32]);
        var words = new ulong[40_000];
        stream.Fill(words);
        for (var bit = 0; bit < 64; bit++)
        {
            Assert.InRange(words.Count(w => ((w >> bit) & 1) == 1), 19_500, 20_500);
        }
    }

    [Fact]
    public void Two_streams_of_the_system_differ()
    {
        using var one = new SecureRandomStream();
        using var other = new SecureRandomStream();
        Assert.NotEqual(one.NextUInt64(), other.NextUInt64());
    }

    [Fact]
    public void The_key_given_is_cleared()
    {
        var key = Enumerable.Repeat((byte)7, 32).ToArray();
        using var stream = new SecureRandomStream(key);
        Assert.All(key, b => Assert.Equal(0, b));
    }
}
