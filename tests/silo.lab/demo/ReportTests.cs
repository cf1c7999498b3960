using System.Text.Json;
using Federated.Lab.Demo.Reports;
using Spectre.Console;

namespace Federated.Lab.Tests.Demo;

public sealed class ReportTests
{
    [Fact]
    public void Totals_weigh_organisations_by_tokens_and_the_mean_does_not()
    {
        var report = Some();

        Assert.Equal((2.0 * 100 + 3.0 * 300) / 400, report.Overall.PerTokenBefore, 12);
        Assert.Equal((-0.5 + -0.1) / 2, report.MeanChangePerToken, 12);
    }

    [Fact]
    public void Full_fine_tuning_moves_the_whole_model_as_often_as_the_adapter()
    {
        var report = Some();

        Assert.Equal(30_000 * 40.0, report.FullFineTuningBytes(report.Organisations[0]), 6);
    }

    [Fact]
    public void The_json_document_keeps_everything_and_reads_back()
    {
        var json = ReportJson.Write(Some());

        using var document = JsonDocument.Parse(json);
        var organisation = document.RootElement.GetProperty("organisations")[0];
        Assert.Equal("orleans", organisation.GetProperty("name").GetString());
        Assert.Equal(1.5, organisation.GetProperty("heldOut").GetProperty("perTokenAfter").GetDouble(), 12);
        Assert.Equal(3.9, organisation.GetProperty("epsilon").GetDouble());
        Assert.Equal(2, document.RootElement.GetProperty("merged")[1].GetProperty("staleness").GetInt64());
        Assert.Equal(1, document.RootElement.GetProperty("formatVersion").GetInt32());
        Assert.Equal(json, ReportJson.Write(ReportJson.Read(json)));
    }

    [Fact]
    public void The_tables_show_a_late_update_with_its_weight_and_an_absent_node()
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No }
        );
        console.Profile.Width = 200;

        new ReportTables(console).Print(Some());

        var text = output.ToString();
        Assert.Contains("1.50 τ=2", text, StringComparison.Ordinal);
        Assert.Contains("−0.500", text, StringComparison.Ordinal);
        Assert.Contains("·", text, StringComparison.Ordinal);
        Assert.Contains("fedsilo adapter list", text, StringComparison.Ordinal);
    }

    private static DemoReport Some() =>
        new()
        {
            Run = "docs",
            RunDigest = new string('a', 64),
            Outcome = "completed",
            Seconds = 100,
            Versions = 2,
            AdapterParameters = 1000,
            ModelParameters = 40_000,
            Organisations =
            [
                new("orleans", "id1", 4000, new(10, 100, 300, 200, 150), 3.9, 3.8, 4, 1e-5, 10_000, 20_000, 2),
                new("npgsql", "id2", 1000, new(20, 300, 900, 900, 870), 3.5, 3.4, 4, 1e-5, 10_000, 20_000, 1),
            ],
            Merged = [new(1, "orleans", 0, 0, 1, 0.5), new(2, "npgsql", 0, 2, 1.5, 0.3)],
            Sample = new("Gets the", "a", "b"),
            AdapterFolder = "/adapter",
            Next = ["fedsilo adapter list"],
        };
}
