using System.CommandLine;
using Federated.Lab.Demo.Processes;

namespace Federated.Lab.Demo;

/// <summary><c>fedlab guard</c>, hidden: what a lab starts beside its children (see <see cref="ChildGuard"/>).</summary>
internal static class GuardCommand
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command(ChildGuardLoop.CommandName, "Ends the lab's child processes when the lab is gone.")
        {
            Hidden = true,
        };
        command.SetAction(
            async (_, _) =>
            {
                await ChildGuardLoop.RunAsync(Console.In, Grace, TimeProvider.System);
                return ExitCode.Ok;
            }
        );
        return command;
    }
}
