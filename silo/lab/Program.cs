using System.CommandLine;
using Federated;
using Federated.Lab.Classifier;
using Federated.Lab.Demo;
using Federated.Lab.Pretrain;
using Federated.Lab.Simulate;

var root = new RootCommand("fedlab: whole federations on one machine.")
{
    DemoCommand.Create(),
    SimulateCommand.Create(),
    PretrainCommand.Create(),
    ClassifierCommand.Create(),
    GuardCommand.Create(),
};
var parsed = root.Parse(args);

// Stopping five processes cleanly takes longer than the two seconds that a command is given by default.
var exitCode = await parsed.InvokeAsync(
    new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) }
);
return parsed.Errors.Count > 0 ? ExitCode.Usage : exitCode;
