using System.CommandLine;

namespace Federated.ClientNode;

/// <summary><c>fednode privacy epsilon | noise | steps | rate | plot</c>: the accountant as a calculator, for planning a run or a budget; and <c>audit</c>.</summary>
internal static class PrivacyCommand
{
    /// <summary>The command.</summary>
    public static Command Create() =>
        new("privacy", "What DP-SGD costs: from noise to ε, from ε to noise, both as a picture; and whether it holds.")
        {
            PrivacyEpsilonCommand.Create(),
            PrivacyCalibrationCommands.Noise(),
            PrivacyCalibrationCommands.Steps(),
            PrivacyCalibrationCommands.Rate(),
            PrivacyPlotCommand.Create(),
            PrivacyAuditCommand.Create(),
        };
}
