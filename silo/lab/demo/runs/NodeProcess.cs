using System.Globalization;
using Federated.Lab.Demo.Data;
using Federated.Lab.Demo.Processes;

namespace Federated.Lab.Demo.Runs;

/// <summary>A running <c>fednode</c> of one organisation.</summary>
/// <param name="Organisation">Whose node.</param>
/// <param name="Process">The process.</param>
internal sealed record NodeProcess(Organisation Organisation, ChildProcess Process) : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Starts the node; with a token it joins, without one its home already knows the silo.</summary>
    /// <param name="organisation">Whose node.</param>
    /// <param name="home">Its home folder.</param>
    /// <param name="silo">Where it finds the silo: the silo's own port, or a link's.</param>
    /// <param name="token">An invitation.</param>
    /// <param name="modelFolder">The base model.</param>
    /// <param name="delta">δ of the owner's budget.</param>
    /// <param name="isPrivate">Whether the owner insists on privacy.</param>
    /// <param name="logFile">For its output.</param>
    /// <param name="guard">Ends it when the lab is gone.</param>
    public static NodeProcess Start(
        Organisation organisation,
        string home,
        Uri silo,
        string? token,
        string modelFolder,
        double delta,
        bool isPrivate,
        string logFile,
        ChildGuard guard
    )
    {
        List<string> arguments = ["join"];
        if (token is not null)
        {
            arguments.AddRange([silo.OriginalString, "--token", token, "--data", organisation.RecordsFile]);
            arguments.AddRange(["--name", organisation.Name, "--source", organisation.Name]);
            arguments.AddRange(["--declared-records", Text(organisation.DeclaredRecords), "--show-epsilon"]);
            arguments.AddRange(["--epsilon", Text(DemoDefaults.BudgetEpsilon), "--delta", Text(delta)]);
            arguments.AddRange(["--model", $"{DemoDefaults.BaseModel}={modelFolder}", "--consent", "auto"]);
            if (!isPrivate)
            {
                arguments.Add("--allow-non-private");
            }
        }

        // The arms of a comparison are homes of their own on the same records, on purpose.
        arguments.AddRange(["--home", home, "--until-ended", "--adopt-data"]);
        var program = ProgramFolder.Find("Federated.ClientNode", "fednode");
        var process = ChildProcess.Start(
            organisation.Name,
            program,
            arguments,
            DemoDefaults.ChildEnvironment,
            logFile,
            guard
        );
        return new NodeProcess(organisation, process);
    }

    /// <summary>Lets the node seal what it works on and end.</summary>
    public async ValueTask DisposeAsync()
    {
        await Process.StopAsync(Grace, TimeProvider.System);
        await Process.DisposeAsync();
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
