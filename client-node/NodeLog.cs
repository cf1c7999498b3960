using System.Globalization;
using Serilog;
using Serilog.Core;

namespace Federated.ClientNode;

/// <summary>Where a node tells what it does: short lines on the console, the same with dates in <c>log/</c>.</summary>
/// <remarks>Texts, tokens, gradients, norms and keys never come here; nothing that is logged is sent.</remarks>
internal static class NodeLog
{
    /// <summary>Opens the log of a home.</summary>
    public static Logger Open(NodeHome home) =>
        new LoggerConfiguration()
            .WriteTo.Console(
                outputTemplate: "{UtcTimestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}",
                formatProvider: CultureInfo.InvariantCulture,
                theme: Serilog.Sinks.SystemConsole.Themes.ConsoleTheme.None
            )
            .WriteTo.File(
                Path.Combine(home.LogFolder, "fednode-.log"),
                rollingInterval: RollingInterval.Day,
                retainedFileCountLimit: 14,
                outputTemplate: "{UtcTimestamp:o} {Level:u3} {Message:lj}{NewLine}{Exception}",
                formatProvider: CultureInfo.InvariantCulture
            )
            .CreateLogger();
}
