using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>Inviting machines into a group.</summary>
internal static class InvitationEndpoints
{
    private const int LongestHours = 24 * 365;
    private const int MostNodes = 100_000;

    public static void MapInvitations(this RouteGroupBuilder api) => api.MapPost("/invitations", InviteAsync);

    private static async Task<IResult> InviteAsync(
        IGrainFactory grains,
        SiloOptions options,
        TimeProvider time,
        Listeners listeners,
        LayoutCatalog catalog,
        string? group = null,
        int hours = 24 * 7,
        int nodes = 1000
    )
    {
        group ??= options.Groups[0];
        if (!options.Groups.Contains(group))
        {
            return Invalid($"group = {group}; this silo has {string.Join(", ", options.Groups)}.");
        }

        if (hours is < 1 or > LongestHours || nodes is < 1 or > MostNodes)
        {
            return Invalid(
                $"hours = {hours}, nodes = {nodes}; expected hours 1 … {LongestHours} and nodes 1 … {MostNodes}."
            );
        }

        var token = InvitationToken.For(group);
        var expires = time.GetUtcNow() + TimeSpan.FromHours(hours);
        await grains
            .GetGrain<IGroupGrain>(group)
            .InviteAsync(new Invitation(InvitationToken.Hash(token), expires, nodes));
        string[] models = [.. catalog.Models.Select(model => model.Name)];
        return Results.Ok(new IssuedInvitation(token, group, expires, nodes, listeners.GrpcAddress, models));
    }

    private static IResult Invalid(string detail) =>
        OperatorApi.Problem(StatusCodes.Status400BadRequest, "The invitation cannot be made", detail);
}
