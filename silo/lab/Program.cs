using System.CommandLine;
using Federated.Commands;
using Federated.Lab.Classifier;
using Federated.Lab.Demo;
using Federated.Lab.Pretrain;
using Federated.Lab.Simulate;

return await ProgramLine.RunAsync(
    "fedlab",
    new RootCommand("Whole federations on one machine.")
    {
        DemoCommand.Create(),
        SimulateCommand.Create(),
        PretrainCommand.Create(),
        ClassifierCommand.Create(),
        GuardCommand.Create(),
    },
    args,
    // Stopping five processes cleanly takes longer than the two seconds that a command is given by default.
    new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) }
);
