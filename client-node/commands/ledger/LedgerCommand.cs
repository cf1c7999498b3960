using System.CommandLine;

namespace Federated.ClientNode;

/// <summary><c>fednode ledger show | verify | export | recover</c>: what was promised and spent.</summary>
internal static class LedgerCommand
{
    /// <summary>The command.</summary>
    public static Command Create() =>
        new("ledger", "The privacy ledger.")
        {
            LedgerShowCommand.Create(),
            LedgerVerifyCommand.Create(),
            LedgerExportCommand.Create(),
            LedgerRecoverCommand.Create(),
        };
}
