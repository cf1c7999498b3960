using Grpc.Core;

namespace Federated.Silo.Tests;

public sealed class ShutdownTests : IAsyncLifetime
{
    private readonly SiloUnderTest _silo = new();

    public ValueTask InitializeAsync() => _silo.InitializeAsync();

    [Fact]
    public async Task A_check_in_that_is_held_is_answered_when_the_silo_goes_down()
    {
        using var node = await TestNode.JoinedAsync(_silo);
        var held = node.CheckInAsync(waitMilliseconds: 25_000);
        using (var client = _silo.Operator())
        {
            while (await LastContactAsync(client, node) is null) { }
        }

        await _silo.StopAsync();

        var answered = await Assert.ThrowsAsync<RpcException>(() => held);
        Assert.Equal(StatusCode.Unavailable, answered.StatusCode);
        Assert.Contains("going down", answered.Status.Detail, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    private static async Task<DateTimeOffset?> LastContactAsync(SiloClient client, TestNode node)
    {
        var nodes = await client.GetAsync<List<NodeView>>("/api/nodes", TestContext.Current.CancellationToken);
        return nodes.Single(view => view.NodeId == node.Id).LastContact;
    }
}
