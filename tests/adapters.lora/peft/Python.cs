using System.ComponentModel;
using System.Diagnostics;

namespace Federated.Adapters.Tests;

/// <summary>Runs a script of this folder with the machine's Python, where there is one.</summary>
internal static class Python
{
    // Debian's packages are seen by Debian's interpreter alone, which another may hide on the path.
    private static readonly string[] Interpreters = ["/usr/bin/python3", "python3"];
    private static readonly Lazy<string?> WithTorch = new(() =>
        Array.Find(Interpreters, interpreter => Start(interpreter, ["-c", "import torch"]) is { ExitCode: 0 })
    );

    public static string Run(string script, params string[] arguments) => Run("python3", script, arguments);

    /// <summary>The same, in a Python that has torch; skips where none has.</summary>
    public static string RunWithTorch(string script, params string[] arguments)
    {
        Assert.SkipWhen(
            WithTorch.Value is null,
            "No python3 on this machine has torch, the reader that is not ours: tests/install-python-torch.sh installs it."
        );
        return Run(WithTorch.Value!, script, arguments);
    }

    private static string Run(string interpreter, string script, string[] arguments)
    {
        var ended = Start(interpreter, [Path.Combine(AppContext.BaseDirectory, script), .. arguments]);
        Assert.SkipWhen(ended is null, "python3 is not on this machine; it would be the reader that is not ours.");
        Assert.True(ended!.Value.ExitCode == 0, ended.Value.Errors);
        return ended.Value.Output;
    }

    // Null where there is no such program.
    private static (int ExitCode, string Output, string Errors)? Start(string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
            )!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, errors.GetAwaiter().GetResult());
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
