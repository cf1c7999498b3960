using System.CommandLine;
using System.CommandLine.Invocation;
using Federated;
using Federated.Silo;

// fedsilo: coordinates federated runs. Serves nodes and operators, and is the operator's own tool.
var result = new RootCommand(
    "Coordinates federated fine-tuning: nodes train beside their data, the silo merges what they send."
)
{
    ServeCommand.Create(),
    RunCommands.Create(),
    NodeCommands.Create(),
    AdapterCommands.Create(),
    VerifyCommand.Create(),
    WeightsCommand.Create(),
}.Parse(args);

// A stop is asked for by cancelling; the silo then has time to end what is in flight.
var exitCode = await result.InvokeAsync(
    new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) }
);
return result.Action is ParseErrorAction ? ExitCode.Usage : exitCode;
