using System.Numerics;
using Federated.Privacy.Accounting.Pld;

namespace Federated.Privacy.Accounting;

/// <summary>
/// Accounting by privacy loss distributions: the tightest bound for many sampled steps, with a certified lower bound beside it, so that the gap between
/// both is known and not hoped for.
/// </summary>
/// <remarks>
/// Each direction (add, remove) is composed by itself and the larger ε counts. A step's loss is discretised twice (<see cref="DiscreteLoss"/>), tilted to where
/// δ is decided, composed by FFT (<see cref="TiltedComposition"/>), and read off with bounds on FFT rounding, on wrap-around and on truncation. The grid is refined until
/// both bounds agree to <see cref="Gap"/>, or the largest transform is reached; the bounds are valid at every size.
/// </remarks>
public sealed class PldAccountant : IPrivacyAccountant
{
    private const int SmallestSize = 1 << 12;
    private const int LargestSize = 1 << 18;

    // Only for bounds that are still this far apart, relative to ε: ten million steps, or an ε that is nearly 0.
    private const int HugeSize = 1 << 20;
    private const double FarApart = 2e-3;
    private const int MostPasses = 6;
    private const double SmallestFirstLook = 1e-11;
    private const long MostCells = 1L << 21;

    // Of d², which is what a step loses by rounding: what it may lose by a grid that is laid badly.
    private const double GivenAway = 0.02;

    // Of the gap that is wanted: what all steps together may lose so, whatever each rounds away.
    private const double GivenAwayOfGap = 0.02;

    // Of the window, and of loss: what they may lose while the first grid only looks where ε is.
    private const double GivenAwayAtFirst = 0.01;
    private const double MostGivenAway = 0.1;

    // Quadrature and exponentials of one cell are good to 1e-13 relative.
    private const double CellError = 2e-13;

    /// <summary>Creates the accountant.</summary>
    /// <param name="gap">The relative distance of upper and lower bound at which refinement stops; in (0, 1).</param>
    public PldAccountant(double gap = 1.2e-5)
    {
        Gap = gap is > 0 and < 1
            ? gap
            : throw new ArgumentOutOfRangeException(nameof(gap), gap, $"gap = {gap}; expected a number in (0, 1)");
    }

    /// <inheritdoc/>
    public string Name => "pld";

    /// <summary>The relative distance of upper and lower bound at which refinement stops.</summary>
    public double Gap { get; }

    /// <inheritdoc/>
    public PrivacyGuarantee Epsilon(PrivacyEvent privacyEvent, double delta)
    {
        PrivacyArgument.Delta(delta);
        if (TruncationCharge.Price(privacyEvent, delta, Epsilon) is { } capped)
        {
            return capped;
        }

        var phases = EventPhases.Of(privacyEvent, Name);
        if (new ClosedFormAccountant().TryEpsilon(privacyEvent, delta, out var exact))
        {
            return exact with { Accountant = Name };
        }

        // The remove direction is the larger one wherever it was measured; the other then needs only as much work as shows that.
        var remove = Bounds(phases.Phases, LossDirection.Remove, delta, 0);
        var add = Bounds(phases.Phases, LossDirection.Add, delta, remove.Upper);
        var (upper, lower) = (Math.Max(remove.Upper, add.Upper), Math.Max(remove.Lower, add.Lower));
        // Bounds that contradict each other can be no bounds, and what is not a number is none: the plan then has no ε here.
        upper = lower <= upper * (1 + 1e-9) ? upper : double.PositiveInfinity;
        return new PrivacyGuarantee(upper * (1 + 1e-12), Math.Min(lower, upper) * (1 - 1e-12), delta, Name);
    }

    // Both bounds of one direction; refinement also stops once the upper one is at most `enough`.
    private (double Upper, double Lower) Bounds(
        IReadOnlyList<EventPhase> phases,
        LossDirection direction,
        double delta,
        double enough
    )
    {
        // Losses of the add direction end at −ln(1−q) a step; often that is all there is to know.
        var most =
            direction == LossDirection.Add
                ? phases.Sum(p => -p.Steps * Math.Log(1 - p.SamplingRate))
                : double.PositiveInfinity;
        if (most * (1 + 1e-9) <= enough)
        {
            return (most * (1 + 1e-9), 0);
        }

        var logTailMass = Math.Log(delta) + Math.Log(1e-8) - Math.Log(phases.Sum(p => (double)p.Steps));
        var moments = new LossMoments(phases, direction, logTailMass);
        var window =
            delta > SmallestFirstLook ? LossWindow.Untilted(moments, delta) : LossWindow.Chernoff(moments, delta);
        var (upper, lower, size) = (most * (1 + 1e-9), 0.0, SmallestSize);
        var wanted = double.NaN;
        var (coarserUpper, coarserWidth, highest) = (double.PositiveInfinity, 0.0, double.PositiveInfinity);
        for (var pass = 0; ; pass++)
        {
            var width = Width(window, size, moments.Steps);
            var giveAway = pass == 0 ? GivenAwayAtFirst * (window.High - window.Low) : GivenAwayOfGap * wanted;
            giveAway = Math.Min(MostGivenAway, giveAway);
            var found = At(phases, direction, delta, window, (width, size, giveAway), (logTailMass, highest));
            (upper, lower) = (Math.Min(upper, found.Upper), Math.Max(lower, found.Lower));
            var gap = found.Upper - found.Lower;
            wanted = Math.Max(Gap * upper, Math.Min(1e-3 * upper, 3e-6));
            // The upper bound falls with the square of the width: what is left of it follows from the last two.
            var left = (coarserUpper - found.Upper) / (Math.Pow(coarserWidth / width, 2) - 1);
            var settled = pass > 0 && left >= 0 && left <= wanted / 4;
            var close = double.IsFinite(upper) && upper - lower <= Math.Max(wanted, 1e-12);
            if (close || settled || upper <= enough || pass == MostPasses)
            {
                return (upper, lower);
            }

            (coarserUpper, coarserWidth) = (found.Upper, width);
            if (double.IsFinite(found.Upper))
            {
                highest = LossTail.Negligible(phases, direction, delta, upper);
                moments = new LossMoments(phases, direction, logTailMass, highest);
                window = LossWindow.Around(moments, delta, lower, upper);
            }
            else if (pass == 0)
            {
                window = LossWindow.Chernoff(moments, delta);
            }

            // The gap falls with the square of the width, at first faster, and what was given away beyond the ordinary goes; a bound that is still missing says nothing
            // about how far.
            gap = Math.Max(gap - (0.9 * found.GivenAway), gap / 8);
            var shrink = found.Lower > 0 && double.IsFinite(gap) ? 0.9 * Math.Sqrt(wanted / gap) : 0.125;
            var points = (window.High - window.Low) / (width * Math.Clamp(shrink, 1.0 / 64, 0.7));
            size = PowerOfTwo(points, LargestSize);
            if (pass > 0 && !Refines(size))
            {
                size = upper - lower > FarApart * upper ? PowerOfTwo(points, HugeSize) : size;
                if (!Refines(size))
                {
                    return (upper, lower);
                }
            }

            bool Refines(int next) => Width(window, next, moments.Steps) <= 0.75 * width;
        }
    }

    private static int PowerOfTwo(double points, int most) =>
        (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(points, SmallestSize, most));

    // Rounding to the grid moves a step by up to one cell either way; a coarse grid needs room for it.
    private static double Width(LossWindow window, int size, double steps) =>
        (window.High - window.Low) / (size - 2 - (2 * Math.Min(steps, 64)));

    private static (double Upper, double Lower, double GivenAway) At(
        IReadOnlyList<EventPhase> phases,
        LossDirection direction,
        double delta,
        LossWindow window,
        (double Width, int Size, double GiveAway) grid,
        (double LogMass, double Highest) tail
    )
    {
        var steps = new List<(DiscreteLoss Loss, long Count)>(phases.Count);
        var total = phases.Sum(p => (double)p.Steps);
        var ordinary = GivenAway * grid.Width * grid.Width;
        var tolerance = Math.Max(ordinary, grid.GiveAway / total);
        var givenAway = 0.0;
        foreach (var phase in phases)
        {
            var (rate, noise) = (phase.SamplingRate, phase.NoiseMultiplier);
            var ends = LossCells.Ends(rate, noise, tail.LogMass, tail.Highest);
            if (ends.Top - ends.Bottom > MostCells * grid.Width || LossCells.Panels(noise) > MostCells)
            {
                return (double.PositiveInfinity, 0, 0);
            }

            var (offset, waste) =
                direction == LossDirection.Remove ? GridOffset.For(phase, grid.Width, tolerance) : (0, 0);
            givenAway += phase.Steps * Math.Max(0, waste - ordinary);
            var cells = new LossCells(rate, noise, (grid.Width, offset), tail.LogMass, tail.Highest);
            steps.Add((DiscreteLoss.Of(cells, direction), phase.Steps));
        }

        var infinite = steps.Sum(s => s.Count * s.Loss.Infinity);
        var low = (window.Low + window.High - (grid.Size * grid.Width)) / 2;
        var composition = TiltedComposition.Of(steps, window, low, grid.Size);
        var error = total * CellError;
        var upper =
            infinite < delta
                ? EpsilonSearch.Upper(composition, Math.Log(delta - infinite), error)
                : double.PositiveInfinity;
        return (upper, EpsilonSearch.Lower(composition, Math.Log(delta), error), givenAway);
    }
}
