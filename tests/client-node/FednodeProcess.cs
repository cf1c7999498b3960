using System.Diagnostics;

namespace Federated.ClientNode.Tests;

/// <summary>The program as a process.</summary>
internal static class FednodeProcess
{
    public static string OutputFolder { get; } = Output();

    public static async Task<(int Exit, string Output, string Error)> RunAsync(string arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", $"{Path.Combine(OutputFolder, "fednode.dll")} {arguments}")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    private static string Output()
    {
        // artifacts/bin/Federated.ClientNode.Tests/debug → artifacts/bin/Federated.ClientNode/debug
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, "Federated.ClientNode", own.Name);
    }
}
