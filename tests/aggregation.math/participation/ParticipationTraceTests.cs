using System.Globalization;
using System.Text;

namespace Federated.Aggregation.Tests;

public sealed class ParticipationTraceTests
{
    [Fact]
    public void A_trace_of_the_known_clients_has_their_known_weights()
    {
        var known = Vectors.Read("fedau.json");
        var rows = new StringBuilder("round,node\n");
        foreach (var client in known.GetProperty("participation").EnumerateObject())
        {
            var rounds = client.Value.EnumerateArray().Select((x, round) => (Round: round, In: x.GetInt32() == 1));
            foreach (var (round, _) in rounds.Where(x => x.In))
            {
                rows.Append(CultureInfo.InvariantCulture, $"{round},{client.Name}\n");
            }
        }

        var trace = ParticipationTrace.Read(new StringReader(rows.ToString()));
        Assert.Equal(40, trace.Rounds);
        foreach (var cutoff in new[] { 1, 3, 10, 50 })
        {
            foreach (var node in trace.Explain(new(ParticipationMethod.FedAu, cutoff, WeightCap.None)))
            {
                var answer = known
                    .GetProperty("cases")
                    .EnumerateArray()
                    .Single(c =>
                        c.GetProperty("K").GetInt32() == cutoff && c.GetProperty("client").GetString() == node.Node
                    );
                Assert.Equal(answer.GetProperty("weight_after")[39].GetDouble(), node.WeightNext);
                Assert.Equal(answer.GetProperty("interval_count_after")[39].GetInt64(), node.Intervals);
                Assert.Equal(answer.GetProperty("open_interval_after")[39].GetInt64(), node.OpenInterval);
            }
        }
    }

    [Fact]
    public void Order_and_repetition_of_rows_do_not_matter()
    {
        var sorted = ParticipationTrace.Read(new StringReader("0,a\n3,a\n3,b\n"));
        var shuffled = ParticipationTrace.Read(new StringReader("3,b\r\n \n\n3,a\n0,a\n3,a"));
        Assert.Equal(sorted.Explain(ParticipationPolicy.Default), shuffled.Explain(ParticipationPolicy.Default));
    }

    [Fact]
    public void Known_probabilities_are_needed_for_every_node()
    {
        var trace = ParticipationTrace.Read(new StringReader("0,a\n3,b\n"));
        var policy = new ParticipationPolicy(ParticipationMethod.Known, null, WeightCap.None)
        {
            Probabilities = new Dictionary<string, double> { ["a"] = 0.25 },
        };
        var error = Assert.Throws<UnknownProbabilityException>(() => trace.Explain(policy));
        Assert.Equal("b", error.NodeId);
    }

    [Theory]
    [InlineData("", "no rows")]
    [InlineData("round,node\n", "no rows")]
    [InlineData("0,a\nx,b", "line 2")]
    [InlineData("-1,a", "line 1")]
    [InlineData("1,", "line 1")]
    [InlineData("1,a,b", "line 1")]
    [InlineData("9223372036854775807,a", "line 1")]
    public void A_table_that_is_none_is_refused_with_its_line(string rows, string names)
    {
        var error = Assert.Throws<FormatException>(() => ParticipationTrace.Read(new StringReader(rows)));
        Assert.Contains(names, error.Message, StringComparison.Ordinal);
    }
}
