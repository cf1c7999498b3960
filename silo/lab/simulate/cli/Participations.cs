using System.Globalization;

namespace Federated.Lab.Simulate;

/// <summary>Participation models by their names on the command line.</summary>
internal static class Participations
{
    private const string TracePrefix = "trace:";
    private const string Expected = "expected bernoulli, markov, markov:0.05, cyclic, cyclic:100 or trace:FILE";

    /// <summary>Makes models: a new one each time, of the same participation.</summary>
    /// <param name="text">Such as markov:0.05.</param>
    /// <param name="seed">The simulation's seed.</param>
    /// <param name="population">The nodes.</param>
    /// <returns>The models, and the nodes with the probabilities that they have in it.</returns>
    /// <exception cref="SimulationException">There is no such model, or its file cannot be read.</exception>
    public static (Func<IParticipation> Make, Population Population) Of(string text, long seed, Population population)
    {
        if (text.StartsWith(TracePrefix, StringComparison.Ordinal))
        {
            var trace = Trace(text[TracePrefix.Length..], population.Probabilities.Count);
            return (() => trace, population with { Probabilities = trace.Shares(population.Probabilities.Count) });
        }

        return (Drawn(text, seed, population), population);
    }

    private static Func<IParticipation> Drawn(string text, long seed, Population population)
    {
        var p = population.Probabilities;
        var at = text.IndexOf(':', StringComparison.Ordinal);
        var (name, argument) = at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
        return (name, argument) switch
        {
            ("bernoulli", null) => () => new BernoulliParticipation(seed, p),
            ("markov", null) => () => new MarkovParticipation(seed, p, MarkovParticipation.PaperRate),
            ("markov", { } rate)
                when double.TryParse(rate, NumberStyles.Float, CultureInfo.InvariantCulture, out var q)
                    && q is > 0 and <= 1 => () => new MarkovParticipation(seed, p, q),
            ("cyclic", null) => () => new CyclicParticipation(seed, p, CyclicParticipation.PaperCycle),
            ("cyclic", { } cycle)
                when int.TryParse(cycle, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds)
                    && rounds >= 2 => () => new CyclicParticipation(seed, p, rounds),
            _ => throw new SimulationException($"--participation \"{text}\"; {Expected}", isUsage: true),
        };
    }

    private static RecordedParticipation Trace(string file, int nodes)
    {
        try
        {
            using var rows = File.OpenText(file);
            return RecordedParticipation.Read(rows, nodes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new SimulationException($"--participation trace:{file}: {error.Message}", isUsage: true);
        }
    }
}
