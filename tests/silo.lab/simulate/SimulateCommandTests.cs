using System.CommandLine;
using System.Text.Json;
using System.Xml.Linq;
using Federated.Lab.Simulate;

namespace Federated.Lab.Tests.Simulate;

public sealed class SimulateCommandTests
{
    [Theory]
    [InlineData("--nodes 0")]
    [InlineData("--task chess")]
    [InlineData("--mean-participation 2")]
    [InlineData("--drop-out -1")]
    public void Impossible_options_are_refused_before_anything_runs(string line) => Assert.NotEmpty(Parse(line).Errors);

    [Theory]
    [InlineData("--participation sometimes")]
    [InlineData("--participation markov:2")]
    [InlineData("--participation trace:no-such-file.csv")]
    [InlineData("--delays slowly")]
    [InlineData("no-such-file.yaml")]
    [InlineData("--resume")]
    [InlineData("--dir a --out b")]
    [InlineData("--task quadratic --compare fedmagic --versions 1 --nodes 2")]
    public async Task What_cannot_be_simulated_ends_with_code_2(string line) =>
        Assert.Equal(2, await Parse(line).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_comparison_leaves_tables_plots_and_traces_and_is_resumed_only_when_asked()
    {
        using var folder = new TemporaryFolder();
        var line =
            $"--task quadratic --nodes 6 --versions 4 --mean-participation 0.5 --compare fedau,fedavg --dir {folder.Path}";
        var cancellation = TestContext.Current.CancellationToken;
        Assert.Equal(0, await Parse(line).InvokeAsync(cancellationToken: cancellation));
        Assert.Equal(2, await Parse(line).InvokeAsync(cancellationToken: cancellation));
        Assert.Equal(2, await Parse(line + " --resume --seed 2").InvokeAsync(cancellationToken: cancellation));
        Assert.Equal(0, await Parse(line + " --resume").InvokeAsync(cancellationToken: cancellation));

        var rows = File.ReadAllLines(folder.File("fedau/versions.csv"));
        Assert.Equal(6, rows.Length);
        Assert.All(rows, row => Assert.Equal(rows[0].Split(',').Length, row.Split(',').Length));
        Assert.StartsWith("round,node\n0,node-", File.ReadAllText(folder.File("fedavg/trace.csv")));
        foreach (var plot in (string[])["loss.svg", "rare-loss.svg", "fedau/weights.svg"])
        {
            Assert.Equal("svg", XDocument.Load(folder.File(plot)).Root!.Name.LocalName);
        }

        using var report = JsonDocument.Parse(File.ReadAllText(folder.File("simulation.json")));
        Assert.Equal(
            ["fedau", "fedavg"],
            report
                .RootElement.GetProperty("summary")
                .EnumerateArray()
                .Select(row => row.GetProperty("method").GetString())
        );
        Assert.True(File.Exists(folder.File("fedau/silo/journal.db")));
    }

    private static ParseResult Parse(string line) =>
        new RootCommand { SimulateCommand.Create() }.Parse("simulate " + line);
}
