using Federated.Lab.Demo.Reports;
using Spectre.Console;

namespace Federated.Lab.Demo.Views;

/// <summary>Where a demo's result and its live table are shown: a terminal, a file, or another program.</summary>
/// <param name="json">True: standard output carries the JSON document alone.</param>
/// <param name="progress">Where plain lines go.</param>
internal sealed class DemoScreen(bool json, TextWriter progress)
{
    // A file has no width of its own.
    private const int WidthOfFiles = 120;

    /// <summary>The view of a run under way.</summary>
    public IRunDisplay Display() =>
        json || Console.IsOutputRedirected ? new PlainLines(progress) : new LiveTable(AnsiConsole.Console);

    /// <summary>Prints the result.</summary>
    public void Print(DemoReport report)
    {
        if (json)
        {
            Console.Out.WriteLine(ReportJson.Write(report));
            return;
        }

        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthOfFiles;
        }

        new ReportTables(console).Print(report);
    }
}
