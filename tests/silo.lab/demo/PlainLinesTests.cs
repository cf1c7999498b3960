using Federated.Lab.Demo.Views;

namespace Federated.Lab.Tests.Demo;

public sealed class PlainLinesTests
{
    private static RunView View(long version, string state = "running") =>
        new(
            "docs",
            state,
            version,
            12,
            TimeSpan.FromSeconds(75),
            TimeSpan.FromSeconds(61),
            [
                new NodeView("orleans", "training", 3, 8, 0, 1, 1.234, 4, 250_000, 500_000),
                new NodeView("late", "uploading", 8, 8, 2, 1.5, 1.1, 4, 250_000, 500_000),
                new NodeView("new", "joining", 0, 8, null, null, 0, 4, 0, 0),
            ]
        );

    [Fact]
    public void A_line_names_version_time_weights_staleness_and_epsilon() =>
        Assert.Equal(
            "01:15  version 3/12 running, 01:01 to go · orleans τ=0 ω=1.00 ε=1.23/4 · late τ=2 ω=1.50 ε=1.10/4 · new joining",
            PlainLines.Line(View(3))
        );

    [Fact]
    public async Task A_line_is_written_for_each_version_and_state_once()
    {
        var output = new StringWriter();

        await new PlainLines(output).ShowAsync(show =>
        {
            show(View(1));
            show(View(1));
            show(View(2));
            show(View(2, "completed"));
            return Task.CompletedTask;
        });

        Assert.Equal(3, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
