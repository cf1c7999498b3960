using System.CommandLine;
using Federated.ClientNode;
using Federated.Commands;

return await ProgramLine.RunAsync(
    "fednode",
    new RootCommand(
        """
        Trains one language model with other organisations; the records stay on this machine.
        Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 refused by policy or privacy budget, 4 cannot reach, 5 interrupted.
        """
    )
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
    },
    args,
    new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
    }
);
