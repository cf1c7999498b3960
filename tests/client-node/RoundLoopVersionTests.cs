using Federated.Adapters;

namespace Federated.ClientNode.Tests;

/// <summary>What the loop takes from a silo as a version, and what it does not.</summary>
public sealed class RoundLoopVersionTests
{
    [Fact]
    public async Task An_adapter_of_another_digest_than_announced_is_not_trained_from()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian"));
        node.Silo.AnnouncedDigest = new string('d', 64);
        var bases = new List<long>();
        node.EndAfter(checkIns: 3);

        var end = await node.RunAsync(inner => new CountingTraining(inner, bases));

        Assert.Equal(LoopEnd.Failed, end);
        Assert.Empty(bases);
    }

    [Fact]
    public async Task The_frozen_products_beside_a_version_are_part_of_what_is_trained_and_judged()
    {
        using var plain = new NodeUnderTest(Some.Run("test"));
        await plain.RunAsync();
        using var node = new NodeUnderTest(Some.Run("test"));
        node.Silo.Residual = Residual(node, 0.05f);

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());

        // The base model is judged without them.
        Assert.Equal(plain.Report().Before!.Value.NatsPerToken, node.Report().Before!.Value.NatsPerToken);
        Assert.NotEqual(plain.Report().After!.Value.NatsPerToken, node.Report().After!.Value.NatsPerToken);
        Assert.NotEqual(plain.Silo.FinalDigest, node.Silo.FinalDigest);
    }

    [Fact]
    public async Task Frozen_products_of_another_layout_are_not_trained_with()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian"));
        node.Silo.Residual = [.. Residual(node, 0.05f)[..^4], 0, 0, 0xC0, 0x7F];
        var bases = new List<long>();
        node.EndAfter(checkIns: 3);

        Assert.Equal(LoopEnd.Failed, await node.RunAsync(inner => new CountingTraining(inner, bases)));
        Assert.Empty(bases);
    }

    private static byte[] Residual(NodeUnderTest node, float value)
    {
        var layout = node.Silo.Layout;
        using var bytes = new MemoryStream();
        ProductsBlob.WriteHeader(bytes, ProductsKind.Residual, layout);
        foreach (var tensor in layout.Tensors)
        {
            float[] Numbers(int count) => [.. Enumerable.Repeat(value, count)];
            ProductsBlob.WriteLayer(
                bytes,
                tensor,
                LayerProduct.Of(1, Numbers(tensor.InFeatures), Numbers(tensor.OutFeatures))
            );
        }

        return bytes.ToArray();
    }

    [Fact]
    public async Task A_final_version_of_another_digest_is_not_judged_and_the_run_is_over_all_the_same()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 2));
        node.Silo.BeforeCheckIn = () =>
            node.Silo.Received.Count == 1
                ? new CheckInAnswer.Ended(node.Silo.RunDigest, "completed", "", 1, new string('d', 64))
                : null;

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());

        Assert.Equal("completed", node.Report().Outcome);
        Assert.Null(node.Report().After);
    }

    [Fact]
    public async Task An_adapter_that_does_not_end_fills_no_memory()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian"));
        node.Silo.TrailingBytes = new byte[1];
        var bases = new List<long>();
        node.EndAfter(checkIns: 3);

        Assert.Equal(LoopEnd.Failed, await node.RunAsync(inner => new CountingTraining(inner, bases)));

        Assert.Empty(bases);
        Assert.Equal(0, node.Report().BytesReceived);
    }
}
