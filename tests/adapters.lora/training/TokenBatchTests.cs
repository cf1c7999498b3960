namespace Federated.Adapters.Tests;

public sealed class TokenBatchTests
{
    [Fact]
    public void Records_are_padded_on_the_right_and_masked()
    {
        using var batch = TokenBatch.Of([
            [5, 6, 7],
            [8],
        ]);
        Assert.Equal(2, batch.Count);
        Assert.Equal([5, 6, 7, 8, 0, 0], batch.Ids.data<long>().ToArray());
        Assert.Equal([true, true, true, true, false, false], batch.Mask.data<bool>().ToArray());
    }

    [Fact]
    public void No_records_is_a_callers_bug() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TokenBatch.Of(Array.Empty<TokenSequence>()));
}
