using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting.Pld;

/// <summary>
/// Where to lay a coarse grid. If most of a step's loss lies in a few cells, the optimistic pair gives away a part of a cell
/// (<see cref="OptimisticLoss.Waste"/>), except at one shift of the grid. Any shift is valid.
/// </summary>
internal static class GridOffset
{
    private const int Trials = 8;

    // What lies beyond decides nothing here.
    private const double Cells = 256;
    private static readonly double LogTailMass = Math.Log(1e-9);

    // From so many cells below the loss 0 nothing is given away.
    private const double Fine = 100;

    /// <summary>The loss at j = 0, at least −d and below 0.</summary>
    /// <param name="phase">The step.</param>
    /// <param name="width">d.</param>
    /// <param name="tolerance">What one step may give away.</param>
    /// <returns>The loss at j = 0, and about what a step gives away there.</returns>
    public static (double Offset, double Waste) For(EventPhase phase, double width, double tolerance)
    {
        var (rate, noise) = (phase.SamplingRate, phase.NoiseMultiplier);
        double Waste(double offset) =>
            OptimisticLoss.Waste(
                DirectedCells.Of(
                    new LossCells(rate, noise, (width, offset), LogTailMass, Cells * width),
                    LossDirection.Remove
                )
            );

        if (width * Fine < rate)
        {
            return (0, 0);
        }

        var (best, at) = (Waste(0), 0.0);
        if (best <= tolerance)
        {
            return (at, best);
        }

        for (var i = 1; i < Trials; i++)
        {
            var offset = -width * i / Trials;
            var waste = Waste(offset);
            (best, at) = waste < best ? (waste, offset) : (best, at);
        }

        var (least, where) = GoldenSection.Minimise(Waste, at - (width / Trials), at + (width / Trials), tolerance);
        return least < best ? (where, least) : (at, best);
    }
}
