using System.CommandLine;
using Federated;
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
    RecordsCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        // The parser names .NET's types where a person expects a number.
        var message = error
            .Message.Replace(
                "expected type 'System.Nullable`1[System.Double]'",
                "a number, such as 0.01",
                StringComparison.Ordinal
            )
            .Replace("expected type 'System.Double'", "a number, such as 0.01", StringComparison.Ordinal)
            .Replace(
                "expected type 'System.Nullable`1[System.Int64]'",
                "a whole number, such as 400",
                StringComparison.Ordinal
            );
        Console.Error.WriteLine($"fednode: {message}");
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
