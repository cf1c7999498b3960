using System.CommandLine;

namespace Federated.ClientNode;

/// <summary>Options that several commands share.</summary>
internal static class HomeOption
{
    /// <summary><c>--home DIR</c>.</summary>
    public static Option<string> Home() =>
        new("--home")
        {
            Description = "The node's folder: settings, key, ledger, sealed updates.",
            HelpName = "DIR",
            DefaultValueFactory = _ => NodeHome.DefaultFolder,
        };

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() =>
        new("--json") { Description = "One JSON document on standard output, for programs." };
}
