using System.Text;

namespace Federated.Silo.Tests;

/// <summary>What an operator is told about a run with a robust rule.</summary>
public sealed class RobustRunTests(SiloUnderTest silo) : IClassFixture<SiloUnderTest>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("aggregation: { robust: { method: normBound } }")]
    public async Task Updates_are_bounded_by_default_and_the_bound_is_printed_when_the_run_is_submitted(
        string aggregation
    )
    {
        var run = await SubmitAsync(aggregation);
        // adamw, two steps of 0.002 over √256 parameters: η √d (1 + R₂), and a part in a thousand.
        var expected = 1.001 * 0.002 * 16 * (1 + Ratio());
        Assert.Contains(
            FormattableString.Invariant($"longer than {expected:G4} are scaled down"),
            Assert.Single(run.Notes),
            StringComparison.Ordinal
        );

        static double Ratio() =>
            Math.Sqrt(1 - Math.Pow(0.999, 2)) / (1 - 0.81) * 0.1 / Math.Sqrt(0.001) * Math.Sqrt(1 + (0.81 / 0.999));
    }

    [Theory]
    [InlineData("aggregation: { robust: { method: none } }")]
    [InlineData("aggregation: { participation: { weightCap: none } }")]
    [InlineData("learningRate: 2.0e-3, weightDecay: 0.1")]
    public async Task Nothing_is_bounded_where_the_document_says_so_in_paper_mode_or_without_a_closed_form(
        string section
    )
    {
        var run = section.StartsWith("aggregation", StringComparison.Ordinal)
            ? await SubmitAsync(section)
            : await SubmitAsync("", "learningRate: 2.0e-3", section);
        Assert.Empty(run.Notes);
    }

    [Fact]
    public async Task A_rule_that_noise_makes_powerless_is_announced()
    {
        var run = await SubmitAsync(
            "aggregation: { robust: { method: geometricMedian } }",
            "close: { cohort: 2 }",
            "close: { quorum: 3, deadline: 1h }"
        );
        Assert.Contains(run.Notes, note => note.Contains("chooses by noise", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_method_remembers_costs_is_said_in_bytes()
    {
        var run = await SubmitAsync("aggregation: { participation: { method: fedvarp } }");
        Assert.Contains(run.Notes, note => note.Contains("1072 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_long_update_is_shown_as_cut()
    {
        // Nodes of the shared silo are offered the runs that the other tests submit.
        await using var own = new SiloUnderTest();
        await own.InitializeAsync();
        using var run = await TestRun.StartAsync(own, "aggregation: { robust: { method: normBound, bound: 4 } }");
        await run.ReportAsync(0.125f, 0.5f);

        using var client = own.Operator();
        var versions = await client.GetAsync<VersionView[]>($"/api/runs/{run.Digest}/versions", Cancellation);
        var robust = versions[1].Robust!;
        Assert.Equal((4.0, 1), (robust.Bound, robust.Clipped));
        // ‖0.125 · 1‖ = 2 and ‖0.5 · 1‖ = 8 over 256 parameters.
        Assert.Equal([0.5, 1.0], versions[1].Updates.Select(update => update.Clip).Order());
        Assert.Equal([0.25, 1.0], robust.Nodes.Select(node => node.Score).Order());
        Assert.Contains(
            RunText.Remarks(versions),
            remark => remark == "version 1: 1 update(s) were longer than 4 and were scaled down"
        );
    }

    private async Task<SubmittedRun> SubmitAsync(string aggregation, string text = "", string replacement = "")
    {
        var document = silo.Document(SiloUnderTest.NextSeed(), "{ group: default }", 2) + $"\n{aggregation}\n";
        using var client = silo.Operator();
        using var body = new StringContent(
            text.Length > 0 ? document.Replace(text, replacement, StringComparison.Ordinal) : document,
            Encoding.UTF8,
            "application/yaml"
        );
        return await client.PostAsync<SubmittedRun>("/api/runs", body, Cancellation);
    }
}
