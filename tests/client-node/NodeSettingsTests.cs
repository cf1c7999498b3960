namespace Federated.ClientNode.Tests;

public sealed class NodeSettingsTests
{
    private const string Valid = """
        silo: https://silo.example.org:7400
        name: clinic
        source:
          name: notes
          path: records.jsonl
          declaredRecords: 1800
          budget: { epsilon: 4, delta: 1.0e-5 }
        models: { base: models/base }
        policy: { consent: auto, maxEpsilonPerRun: 2 }
        holdOut: { fraction: 0.2 }
        """;

    [Fact]
    public void A_file_is_read_with_paths_relative_to_it()
    {
        var settings = NodeSettingsYaml.Parse(Valid, "node.yaml", "/home/node");

        Assert.Equal("/home/node/records.jsonl", settings.Source.Path);
        Assert.Equal("/home/node/models/base", settings.Models["base"]);
        Assert.Equal(1800, settings.Source.DeclaredRecords);
        Assert.Equal(1440, settings.DeclaredTrainingUnits);
        Assert.Equal(1e-5, settings.Source.Delta);
        Assert.Equal(ConsentMode.Auto, settings.Policy.Consent);
        Assert.Equal(2, settings.Policy.MaxEpsilonPerRun);
        Assert.False(settings.Policy.AllowTestNoise);
    }

    [Theory]
    [InlineData(
        "https://silo.example.org:7400",
        "http://silo.example.org:7400",
        "silo is http://silo.example.org:7400"
    )]
    [InlineData("https://silo.example.org:7400", "silo", "silo is silo")]
    [InlineData("declaredRecords: 1800", "declaredRecords: 0", "source.declaredRecords is 0")]
    [InlineData("declaredRecords: 1800", "declaredRecords: many", "source.declaredRecords is many")]
    [InlineData("epsilon: 4", "epsilon: 0", "source.budget.epsilon is 0")]
    [InlineData("delta: 1.0e-5", "delta: 0.001", "at most 1 ÷ declaredRecords")]
    [InlineData("delta: 1.0e-5", "delta: .nan", "source.budget.delta is .nan")]
    [InlineData("consent: auto", "consent: always", "policy.consent is always")]
    [InlineData("maxEpsilonPerRun: 2", "maxEpsilonPerRun: -1", "policy.maxEpsilonPerRun is -1")]
    [InlineData("fraction: 0.2", "fraction: 0.9", "holdOut.fraction is 0.9")]
    [InlineData("name: clinic", "nom: clinic", "nom is unknown")]
    [InlineData("name: clinic", "", "name is missing")]
    [InlineData("consent: auto", "allowTestNoise: maybe", "policy.allowTestNoise is maybe")]
    public void A_wrong_value_is_named_with_its_field_and_the_fix(string from, string to, string expected)
    {
        var error = Assert.Throws<NodeSettingsException>(() =>
            NodeSettingsYaml.Parse(Valid.Replace(from, to, StringComparison.Ordinal), "node.yaml", "/")
        );

        Assert.Contains(error.Errors, message => message.Contains(expected, StringComparison.Ordinal));
        Assert.All(error.Errors, message => Assert.Contains(": ", message, StringComparison.Ordinal));
    }

    [Fact]
    public void All_errors_come_at_once()
    {
        var error = Assert.Throws<NodeSettingsException>(() => NodeSettingsYaml.Parse("a: 1", "node.yaml", "/"));

        Assert.Equal(8, error.Errors.Count);
    }

    [Theory]
    [InlineData("- a\n- b")]
    [InlineData("")]
    [InlineData("silo: [")]
    [InlineData(": [\ny")]
    public void What_is_no_mapping_is_refused(string yaml)
    {
        var error = Assert.Throws<NodeSettingsException>(() => NodeSettingsYaml.Parse(yaml, "node.yaml", "/"));

        Assert.StartsWith("node.yaml", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_reads_back_equal()
    {
        var settings = Some.Settings("/data/a \"quoted\" file.jsonl", ConsentMode.List);
        settings = settings with
        {
            Name = "clinic: north #1",
            Source = settings.Source with
            {
                Composition = Federated.Privacy.Accounting.PlanComposition.Renyi,
                SharedWith = ["trials: 2", "archive"],
            },
            Policy = settings.Policy with { Runs = ["abc"], MaxEpsilonPerRun = 0.5 },
        };

        var read = NodeSettingsYaml.Parse(NodeSettingsYaml.Write(settings), "node.yaml", "/");

        Assert.Equal(settings.Name, read.Name);
        Assert.Equal(settings.Silo, read.Silo);
        Assert.Equal(settings.Source.SharedWith, read.Source.SharedWith);
        Assert.Equal(settings.Source with { SharedWith = read.Source.SharedWith }, read.Source);
        Assert.Equal(settings.Models, read.Models);
        Assert.Equal(settings.Policy.Runs, read.Policy.Runs);
        Assert.Equal(settings.Policy with { Runs = read.Policy.Runs }, read.Policy);
        Assert.Equal(settings.HoldOutFraction, read.HoldOutFraction);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7400", true)]
    [InlineData("http://localhost:7400", true)]
    [InlineData("http://[::1]:7400", true)]
    [InlineData("https://silo.example.org", true)]
    [InlineData("http://127.0.0.1.example.org", false)]
    [InlineData("http://10.0.0.1:7400", false)]
    [InlineData("https://silo.example.org/path", false)]
    [InlineData("ftp://127.0.0.1", false)]
    public void Plain_http_is_for_this_machine_only(string address, bool allowed)
    {
        Assert.Equal(allowed, SiloAddress.TryParse(address, out var why) is not null);
        Assert.Equal(allowed, why is null);
    }

    [Fact]
    public void Epsilon_is_shown_to_the_operator_only_when_the_owner_says_so()
    {
        var silent = NodeSettingsYaml.Parse(Valid, "node.yaml", "/home");

        Assert.False(silent.Policy.ShowEpsilon);
        Assert.DoesNotContain("ε numbers", RunSummary.WhatCanLeave(silent), StringComparison.Ordinal);
        var open = silent with { Policy = silent.Policy with { ShowEpsilon = true } };
        Assert.Contains("ε numbers", RunSummary.WhatCanLeave(open), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void Runs_that_protect_nobody_are_named_when_they_are_allowed(bool test, bool none, bool named)
    {
        var settings = NodeSettingsYaml.Parse(Valid, "node.yaml", "/home");
        settings = settings with { Policy = settings.Policy with { AllowTestNoise = test, AllowNonPrivate = none } };

        var said = RunSummary.WhatCanLeave(settings);

        Assert.Equal(named, said.Contains("protect no record", StringComparison.Ordinal));
        Assert.DoesNotContain("all runs", said, StringComparison.Ordinal);
    }
}
