using MathNet.Numerics.Distributions;

namespace Federated.Lab.Simulate;

/// <summary>How long a virtual node works on an update, from check-in to upload, and whether its work is lost on the way.</summary>
/// <param name="seed">The simulation's seed.</param>
/// <param name="options">The distribution.</param>
internal sealed class WorkTimes(long seed, WorkTimeOptions options)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>The time of one piece of work, in whole milliseconds.</summary>
    /// <param name="node">The node.</param>
    /// <param name="baseVersion">What it trains from.</param>
    public TimeSpan Of(int node, long baseVersion)
    {
        var mean = options.Typical.TotalSeconds;
        var seconds = options.Distribution switch
        {
            WorkTimeDistribution.Constant => mean,
            WorkTimeDistribution.Exponential => mean * -Math.Log(1 - Uniform(node, baseVersion)),
            _ => LogNormal.Sample(
                Draw.Generator(seed, DrawPurpose.Delay, node, baseVersion),
                Math.Log(mean),
                options.Spread
            ),
        };
        if (Draw.Uniform(seed, DrawPurpose.Straggler, node) < options.StragglerShare)
        {
            seconds *= options.StragglerFactor;
        }

        var milliseconds = Math.Round(Math.Min(seconds, Longest.TotalSeconds) * 1000);
        var time = TimeSpan.FromMilliseconds(milliseconds);
        return time < Shortest ? Shortest : time;
    }

    /// <summary>Whether the node's machine goes down meanwhile: nothing is sealed, and nothing is sent.</summary>
    /// <param name="node">The node.</param>
    /// <param name="baseVersion">What it trains from.</param>
    public bool IsLost(int node, long baseVersion) =>
        Draw.Uniform(seed, DrawPurpose.DropOut, node, baseVersion) < options.DropOut;

    private double Uniform(int node, long baseVersion) => Draw.Uniform(seed, DrawPurpose.Delay, node, baseVersion);
}
