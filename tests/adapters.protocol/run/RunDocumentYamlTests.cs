using static Federated.Protocol.Tests.Documents;

namespace Federated.Protocol.Tests;

public sealed class RunDocumentYamlTests
{
    [Fact]
    public void A_full_document_is_read_value_by_value()
    {
        var document = RunDocumentYaml.Parse(Full);
        Assert.Equal("support-assistant", document.Name);
        Assert.Equal("hospitals", document.Participants.Group);
        Assert.Equal(Sha256, document.BaseModel.Sha256);
        Assert.Equal(42, document.Adapter.Seed);
        Assert.Equal(["q_proj", "v_proj"], document.Adapter.Targets);
        Assert.Equal(1e-6, document.Privacy.Delta);
        Assert.Equal(0.01, document.Local.Optimizer.WeightDecay);
        Assert.Equal(TimeSpan.FromMinutes(10), document.Rounds.Close.Deadline);
        Assert.Equal(TimeSpan.FromSeconds(30), document.Rounds.Close.Grace);
        Assert.Equal(TimeSpan.FromHours(24), document.Rounds.LeaveAfter);
        Assert.Equal(0.5, document.Aggregation.Staleness.Exponent);
        Assert.Null(document.Retention.Versions);
    }

    [Fact]
    public void What_is_left_out_gets_its_default()
    {
        var document = RunDocumentYaml.Parse(Least);
        Assert.Null(document.Name);
        Assert.Equal(new AdapterSection().Rank, document.Adapter.Rank);
        Assert.Equal(new LocalSection(), document.Local);
        Assert.Equal(new AggregationSection(), document.Aggregation);
        Assert.Equal(5, document.Rounds.Close.Cohort);
        Assert.Null(document.Rounds.Close.Deadline);
    }

    [Fact]
    public void All_errors_come_at_once_each_with_line_path_value_reason_and_fix()
    {
        var errors = Errors(
            $$"""
            participants: { group: hospitals }
            baseModel:
              name: base-docs-2m
              sha256: abc
            adapter:
              rnak: 8
              alpha: lots
            privacy:
              noiseMultiplier: 1
              delta: 2
            local: [1, 2]
            rounds:
              close: { cohort: 3, quorum: 5 }
              leaveAfter: soon
            extra: 1
            """
        );
        Assert.Equal(
            [
                (4, "baseModel.sha256", "abc"),
                (6, "adapter.rnak", "8"),
                (7, "adapter.alpha", "lots"),
                (10, "privacy.delta", "2"),
                (11, "local", "[1, 2]"),
                (13, "rounds.close.quorum", "5"),
                (13, "rounds.close.deadline", null),
                (14, "rounds.leaveAfter", "soon"),
                (15, "extra", "1"),
            ],
            errors.Select(error => (error.Line ?? 0, error.Path, error.Value))
        );
        Assert.All(errors, error => Assert.NotEmpty(error.Reason));
        Assert.All(errors, error => Assert.NotEmpty(error.Fix));
        Assert.Contains("did you mean rank?", errors[1].Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("noisemultiplier: 1", "did you mean noiseMultiplier?")]
    [InlineData("noiseMultiplier: 1, cohort: 2", "it belongs to rounds.close.cohort")]
    [InlineData("noiseMultiplier: 1, banana: 2", "known here: ")]
    public void An_unknown_key_comes_with_a_guess(string privacy, string fix)
    {
        var errors = Errors(LeastWith("noiseMultiplier: 1", privacy));
        Assert.Contains(errors, error => error.Fix.Contains(fix, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("participants: { group: hospitals }\n", "participants")]
    [InlineData("privacy: { noiseMultiplier: 1 }\n", "privacy")]
    [InlineData("rounds: { close: { cohort: 5 } }\n", "rounds")]
    [InlineData(", sha256: aaaa", "baseModel.sha256")]
    [InlineData("noiseMultiplier: 1", "privacy.noiseMultiplier")]
    public void What_has_no_default_must_be_there(string line, string path)
    {
        var text = line.Contains("sha256", StringComparison.Ordinal) ? $", sha256: {Sha256}" : line;
        var error = Assert.Single(
            Errors(LeastWith(text, "")),
            error => error.Path == path && error.Reason == "missing"
        );
        Assert.Contains("add ", error.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("just words", "not a mapping")]
    [InlineData("- a\n- b", "not a mapping")]
    [InlineData("a: [1, 2", "not YAML")]
    [InlineData("a: 1\n\tb: 2", "not YAML")]
    public void What_is_not_a_document_is_said_so(string yaml, string reason) =>
        Assert.Contains(Errors(yaml), error => error.Reason.Contains(reason, StringComparison.Ordinal));

    [Theory]
    [InlineData("privacy: { noiseMultiplier: 1, noiseMultiplier: 2 }", "stands on line 4 too")]
    [InlineData("privacy: &p { noiseMultiplier: 1 }\nlocal: *p", "an alias")]
    [InlineData("privacy: { noiseMultiplier: 1 }\n---\nname: x", "a second document begins")]
    public void Yaml_that_hides_what_it_says_is_refused(string privacy, string reason)
    {
        // Last in the text, so that a second document begins after a whole first one.
        var yaml = LeastWith("privacy: { noiseMultiplier: 1 }\n", "") + privacy + "\n";
        Assert.Contains(Errors(yaml), error => error.Reason == reason);
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void A_text_of_brackets_is_an_error_and_not_a_crash(char bracket) =>
        Assert.NotEmpty(Errors("a: " + new string(bracket, 500_000)));

    [Theory]
    [InlineData("k{0}: 1\n")]
    [InlineData("- {0}\n")]
    public void A_text_of_nothing_but_entries_is_one_error(string entry)
    {
        var text = string.Concat(
            Enumerable.Range(0, 60_000).Select(i => entry.Replace("{0}", $"{i}", StringComparison.Ordinal))
        );

        Assert.Contains("more than 4096 entries", Assert.Single(Errors(text)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_on_which_the_parser_itself_fails_is_an_error_and_not_a_crash() =>
        Assert.Equal("not YAML", Assert.Single(Errors(": [\ny")).Reason);

    [Fact]
    public void A_text_over_a_megabyte_is_refused() =>
        Assert.Contains("at most", Assert.Single(Errors(new string('#', 2_000_000))).Fix, StringComparison.Ordinal);

    [Theory]
    [InlineData("\"1\"")]
    [InlineData(".nan")]
    [InlineData(".inf")]
    [InlineData("1e999")]
    [InlineData("1,5")]
    public void A_number_is_a_finite_plain_number(string number)
    {
        var error = Assert.Single(
            Errors(LeastWith("noiseMultiplier: 1", $"noiseMultiplier: {(number == "1,5" ? "'1,5'" : number)}"))
        );
        Assert.Equal("privacy.noiseMultiplier", error.Path);
    }
}
