using System.CommandLine;
using Federated.ClientNode;

var root = new RootCommand("Trains one language model with other organisations; the records stay on this machine.")
{
    JoinCommand.Create(),
    LeaveCommand.Create(),
    CheckCommand.Create(),
    PolicyCommand.Create(),
    RunsCommand.Create(),
    StatusCommand.Create(),
    LedgerCommand.Create(),
    PrivacyCommand.Create(),
    AdapterCommand.Create(),
    ModelCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        Console.Error.WriteLine($"fednode: {error.Message}");
    }

    Console.Error.WriteLine($"see fednode {string.Join(' ', args.TakeWhile(word => !word.StartsWith('-')))} --help");
    return ExitCode.Usage;
}

return await parsed.InvokeAsync(
    new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
    }
);
