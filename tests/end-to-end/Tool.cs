using System.Diagnostics;
using Federated.Lab.Demo.Processes;

namespace Federated.EndToEnd.Tests;

/// <summary>A program that prepares something and ends, before any federation is there.</summary>
internal static class Tool
{
    /// <summary>Runs it; a test fails with its words when it fails.</summary>
    /// <returns>What it says on standard output.</returns>
    public static async Task<string> RunAsync(ChildProgram program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program.Executable, [.. program.LeadingArguments, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program.Name} {string.Join(' ', arguments)}: {await error}");
        return await output;
    }
}
