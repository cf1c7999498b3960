using MathNet.Numerics.Distributions;

namespace Federated.Lab.Simulate;

/// <summary>
/// What differs between the virtual nodes: how their records are spread over the labels, and how often they take part. The two go together,
/// as in reality: who has unusual data is there at unusual times (Wang &amp; Ji 2024, Dirichlet.Sample6; util.py of IBM/fedau).
/// </summary>
/// <param name="LabelShares">For each node the shares of the labels; each sums to 1.</param>
/// <param name="Probabilities">p_n.</param>
internal sealed record Population(IReadOnlyList<IReadOnlyList<double>> LabelShares, IReadOnlyList<double> Probabilities)
{
    /// <summary>Labels of every classification task, and groups of every other one.</summary>
    public const int Labels = 10;

    /// <summary>Draws a population whose nodes have one label each, dealt out in turn: those of one source of text have one label.</summary>
    /// <param name="seed">The simulation's seed.</param>
    /// <param name="nodes">N.</param>
    /// <param name="groups">Labels in use, at most <see cref="Labels"/>.</param>
    /// <param name="options">Mean, floor and concentration of participation.</param>
    public static Population OfGroups(long seed, int nodes, int groups, PopulationOptions options) =>
        Of(
            seed,
            [
                .. Enumerable
                    .Range(0, nodes)
                    .Select(node =>
                        (double[])[.. Enumerable.Range(0, Labels).Select(label => label == node % groups ? 1.0 : 0.0)]
                    ),
            ],
            options
        );

    /// <summary>Draws a population: each node's label shares from Dirichlet(α); one vector u from Dirichlet(0.1); p_n = mean · L · ⟨shares, u⟩, at least the floor.</summary>
    /// <param name="seed">The simulation's seed.</param>
    /// <param name="nodes">N.</param>
    /// <param name="options">Concentrations, mean and floor.</param>
    public static Population Create(long seed, int nodes, PopulationOptions options) =>
        Of(
            seed,
            [
                .. Enumerable
                    .Range(0, nodes)
                    .Select(node =>
                        Drawn(Draw.Generator(seed, DrawPurpose.LabelDistribution, node), options.LabelConcentration)
                    ),
            ],
            options
        );

    /// <summary>The tenth of the nodes with the smallest probabilities, at least one; of equals, the lower numbers.</summary>
    public IReadOnlyList<int> RareNodes() =>
        [
            .. Enumerable
                .Range(0, Probabilities.Count)
                .OrderBy(node => Probabilities[node])
                .ThenBy(node => node)
                .Take(Math.Max(1, Probabilities.Count / 10)),
        ];

    private static Population Of(long seed, IReadOnlyList<IReadOnlyList<double>> shares, PopulationOptions options)
    {
        var likes = Drawn(Draw.Generator(seed, DrawPurpose.LabelParticipation), options.ParticipationConcentration);
        return new(
            shares,
            [
                .. shares.Select(own =>
                    options.Uniform
                        ? options.MeanParticipation
                        : Probability(options, own.Zip(likes, (share, like) => share * like).Sum())
                ),
            ]
        );
    }

    private static double Probability(PopulationOptions options, double likeness) =>
        Math.Clamp(
            options.MeanParticipation * Labels * likeness,
            Math.Min(options.ParticipationFloor, options.MeanParticipation),
            1
        );

    private static double[] Drawn(NamedRandom random, double concentration) =>
        Dirichlet.Sample(random, [.. Enumerable.Repeat(concentration, Labels)]);
}
