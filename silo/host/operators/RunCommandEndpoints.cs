using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>Pausing, resuming and ending runs, and taking nodes out of them.</summary>
internal static class RunCommandEndpoints
{
    public static void MapRunCommands(this RouteGroupBuilder api)
    {
        MapCommand(api, "pause", (run, reason) => run.PauseAsync(reason));
        MapCommand(api, "resume", (run, _) => run.ResumeAsync());
        MapCommand(api, "cancel", (run, reason) => run.CancelAsync(reason));
        MapCommand(api, "nodes/{node}/suspend", (run, node, reason) => run.SuspendNodeAsync(node, reason));
        MapCommand(api, "nodes/{node}/reinstate", (run, node, _) => run.ReinstateNodeAsync(node));
    }

    private static void MapCommand(
        RouteGroupBuilder api,
        string name,
        Func<IRunGrain, string, Task<RunCommandAnswer>> command
    ) =>
        api.MapPost(
            $"/runs/{{id}}/{name}",
            async (string id, RunLookup runs, string? reason) =>
                Answer(await command(await runs.FindAsync(id), reason ?? "by the operator"))
        );

    private static void MapCommand(
        RouteGroupBuilder api,
        string name,
        Func<IRunGrain, string, string, Task<RunCommandAnswer>> command
    ) =>
        api.MapPost(
            $"/runs/{{id}}/{name}",
            async (string id, string node, RunLookup runs, string? reason) =>
                Answer(await command(await runs.FindAsync(id), node, reason ?? "by the operator"))
        );

    private static IResult Answer(RunCommandAnswer answer) =>
        answer.Done
            ? Results.Ok(answer)
            : OperatorApi.Problem(StatusCodes.Status409Conflict, "The run does not allow it", answer.Reason);
}
