using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>The nodes of the silo's groups.</summary>
internal static class NodeEndpoints
{
    public static void MapNodes(this RouteGroupBuilder api) => api.MapGet("/nodes", ListAsync);

    private static async Task<IResult> ListAsync(IGrainFactory grains, SiloOptions options)
    {
        var nodes = new List<NodeView>();
        foreach (var group in options.Groups)
        {
            var members = await grains.GetGrain<IGroupGrain>(group).MembersAsync();
            var statuses = await Task.WhenAll(
                members.Select(member => grains.GetGrain<INodeGrain>(member.NodeId).StatusAsync())
            );
            nodes.AddRange(statuses.OfType<NodeStatus>().Select(NodeView.Of));
        }

        return Results.Ok(nodes);
    }
}
