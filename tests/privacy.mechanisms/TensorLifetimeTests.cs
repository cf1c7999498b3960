namespace Federated.Privacy.Mechanisms.Tests;

[Collection(nameof(Alone))]
public sealed class TensorLifetimeTests
{
    [Fact]
    public void No_tensor_is_left_behind()
    {
        using var rows = ones(8, 100);
        Some.Clipped(rows);
        // What other tests dropped without disposing is finalised now and not in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 20; i++)
        {
            Some.Clipped(rows);
        }

        // Fewer may be alive: what a test before dropped, and its finaliser came late.
        Assert.True(Tensor.TotalCount <= before, $"{Tensor.TotalCount - before} tensors more than before");
    }
}
