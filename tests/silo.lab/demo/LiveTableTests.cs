using Federated.Lab.Demo.Views;
using Spectre.Console;

namespace Federated.Lab.Tests.Demo;

public sealed class LiveTableTests
{
    [Fact]
    public void A_picture_shows_each_node_with_progress_staleness_weight_epsilon_and_bytes()
    {
        var text = Render(
            160,
            new NodeView("grpc", "uploading", 6, 8, 2, 1.5, 3.21, 4, 250_000, 1_500_000),
            new NodeView("spectre [late]", "joining", 0, 8, null, null, 0, 4, 0, 0)
        );

        Assert.Contains("version 3 of 12 (running), 01:15 elapsed, 01:01 to go", text, StringComparison.Ordinal);
        Assert.Contains("6/8", text, StringComparison.Ordinal);
        Assert.Contains("1.50", text, StringComparison.Ordinal);
        Assert.Contains("3.21 / 4", text, StringComparison.Ordinal);
        Assert.Contains("250 KB", text, StringComparison.Ordinal);
        Assert.Contains("1.5 MB", text, StringComparison.Ordinal);
        Assert.Contains("spectre [late]", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(160, "organisation|phase|progress|staleness|weight|ε spent / budget|up|down")]
    [InlineData(100, "organisation|phase|progress|staleness|weight|ε spent / budget|up")]
    [InlineData(60, "organisation|phase|weight|ε spent / budget")]
    [InlineData(30, "organisation|phase")]
    public void A_narrow_terminal_gets_fewer_columns_and_whole_words(int width, string titles)
    {
        var text = Render(width, new NodeView("kubernetes", "training", 1, 2, 1, 2, 2.35, 4, 615_000, 768_000));

        var head = text.Split('\n').Single(line => line.Contains("organisation", StringComparison.Ordinal));
        Assert.Equal(titles, string.Join('|', head.Trim('│').Split('│').Select(title => title.Trim())));
        Assert.Contains("kubernetes   │ training", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_while_the_table_is_shown_reaches_the_caller()
    {
        var table = new LiveTable(Console(new StringWriter()));

        await Assert.ThrowsAsync<TimeoutException>(() => table.ShowAsync(_ => throw new TimeoutException()));
    }

    private static string Render(int width, params NodeView[] nodes)
    {
        var output = new StringWriter();
        var view = new RunView("docs", "running", 3, 12, TimeSpan.FromSeconds(75), TimeSpan.FromSeconds(61), nodes);
        Console(output).Write(LiveTable.Render(view, width));
        return output.ToString();
    }

    private static IAnsiConsole Console(StringWriter output)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No }
        );
        console.Profile.Width = 160;
        return console;
    }
}
