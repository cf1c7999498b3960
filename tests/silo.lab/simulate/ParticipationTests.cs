using Federated.Lab.Simulate;

namespace Federated.Lab.Tests.Simulate;

public sealed class ParticipationTests
{
    private const int Rounds = 4000;
    private static readonly double[] Probabilities = [0.05, 0.3, 0.9, 1];

    [Fact]
    public void Bernoulli_nodes_take_part_as_often_as_their_probabilities_say_and_independently()
    {
        var present = Table(new BernoulliParticipation(1, Probabilities));
        Assert.All(
            Probabilities.Index(),
            node => Assert.InRange(Share(present, node.Index), node.Item - 0.03, node.Item + 0.03)
        );
        Assert.InRange(Stays(present, 1), 0.25, 0.35);
    }

    [Fact]
    public void Markov_nodes_take_part_as_often_and_in_long_stretches()
    {
        var present = Table(new MarkovParticipation(1, Probabilities, MarkovParticipation.PaperRate));
        Assert.All(
            Probabilities.Index(),
            node => Assert.InRange(Share(present, node.Index), node.Item - 0.09, node.Item + 0.09)
        );
        // b = .05 (1 ÷ .3 − 1) = .117 of the stretches end in a round.
        Assert.InRange(Stays(present, 1), 0.85, 0.92);
    }

    [Fact]
    public void Cyclic_nodes_are_there_for_their_share_of_each_cycle()
    {
        var present = Table(new CyclicParticipation(1, Probabilities, 100));
        var rounds = present[1];
        var first = rounds.IndexOf(true);
        Assert.InRange(first, 0, 69);
        Assert.All(Enumerable.Range(first, 1000), round => Assert.Equal((round - first) % 100 < 30, rounds[round]));
    }

    [Fact]
    public void Who_takes_part_follows_from_the_seed_whenever_it_is_asked()
    {
        var (all, late) = (
            new MarkovParticipation(5, Probabilities, 0.2),
            new MarkovParticipation(5, Probabilities, 0.2)
        );
        foreach (var round in Enumerable.Range(0, 50))
        {
            all.Of(round);
        }

        Assert.Equal(all.Of(50), late.Of(50));
        Assert.Throws<ArgumentOutOfRangeException>(() => late.Of(49));
    }

    [Fact]
    public void A_population_s_participation_goes_with_its_labels()
    {
        var population = Population.Create(3, 500, new());
        Assert.All(population.LabelShares, shares => Assert.Equal(1, shares.Sum(), 6));
        Assert.InRange(population.Probabilities.Average(), 0.05, 0.3);
        Assert.Equal(0.02, population.Probabilities.Min());
        // Nodes with the same main label have nearly the same probability: it says more than the node does.
        var byLabel = population
            .LabelShares.Zip(population.Probabilities)
            .GroupBy(node => node.First.Index().MaxBy(share => share.Item).Index, node => node.Second)
            .Select(group => group.Average())
            .ToList();
        Assert.True(byLabel.Max() > 5 * byLabel.Min());
        Assert.Equal(50, population.RareNodes().Count);
        Assert.All(Population.Create(3, 20, new() { Uniform = true }).Probabilities, p => Assert.Equal(0.1, p));
    }

    [Theory]
    [InlineData("round,node\n3,node-1\n0,0\n", 4)]
    [InlineData("0,1", 1)]
    public void A_trace_is_read_by_name_or_number(string rows, long rounds)
    {
        var trace = RecordedParticipation.Read(new StringReader(rows), 2);
        Assert.Equal(rounds, trace.Rounds);
        Assert.Equal([1], trace.Of(rounds - 1));
    }

    [Theory]
    [InlineData("", "no rows")]
    [InlineData("1;2", "line 1: \"1;2\"")]
    [InlineData("round,node\n0,hospital", "line 2: \"0,hospital\"")]
    [InlineData("0,node-9", "raise --nodes")]
    public void A_trace_that_is_none_is_refused(string rows, string because)
    {
        var error = Assert.Throws<FormatException>(() => RecordedParticipation.Read(new StringReader(rows), 3));
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("constant:90s", 90, 90)]
    [InlineData("exponential:90s", 80, 100)]
    [InlineData("lognormal:90s:0.5", 92, 112)]
    public void Work_takes_as_long_as_was_asked_for(string text, double least, double most)
    {
        var times = new WorkTimes(1, WorkTimeOptions.Parse(text));
        Assert.InRange(Enumerable.Range(0, 2000).Average(version => times.Of(1, version).TotalSeconds), least, most);
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("constant:0s")]
    [InlineData("lognormal:60s")]
    [InlineData("lognormal:60s:-1")]
    public void Another_time_is_refused_with_what_was_expected(string text) =>
        Assert.Contains(
            "expected constant:60s",
            Assert.Throws<FormatException>(() => WorkTimeOptions.Parse(text)).Message,
            StringComparison.Ordinal
        );

    private static List<bool>[] Table(IParticipation participation)
    {
        var present = Probabilities.Select(_ => new List<bool>()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            var nodes = participation.Of(round);
            foreach (var (node, rounds) in present.Index())
            {
                rounds.Add(nodes.Contains(node));
            }
        }

        return present;
    }

    private static double Share(List<bool>[] present, int node) => present[node].Average(there => there ? 1.0 : 0);

    // How often a node that is there is there in the next round too.
    private static double Stays(List<bool>[] present, int node) =>
        present[node].Zip(present[node].Skip(1)).Where(pair => pair.First).Average(pair => pair.Second ? 1.0 : 0);
}
