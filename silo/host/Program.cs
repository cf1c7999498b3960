using System.CommandLine;
using Federated.Commands;
using Federated.Silo;

// fedsilo: coordinates federated runs. Serves nodes and operators, and is the operator's own tool.
return await ProgramLine.RunAsync(
    "fedsilo",
    new RootCommand(
        """
        Coordinates federated fine-tuning: nodes train beside their data, the silo merges what they send.
        Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 refused, 4 cannot reach, 5 interrupted.
        """
    )
    {
        ServeCommand.Create(),
        RunCommands.Create(),
        NodeCommands.Create(),
        AdapterCommands.Create(),
        VerifyCommand.Create(),
        WeightsCommand.Create(),
    },
    args,
    // A stop is asked for by cancelling; the silo then has time to end what is in flight.
    new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) }
);
