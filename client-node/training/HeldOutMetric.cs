using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>A noised metric: Σ min(loss, lossClip) over the held-out records, released once.</summary>
/// <remarks>
/// Every record is judged alone: in a batch, the padding that a neighbour needs changes the last bits of a loss, and the sum would move by more than
/// one record adds. So the sum's sensitivity under adding or removing a record is lossClip, and the release is one <see cref="GaussianEvent"/>.
/// </remarks>
internal static class HeldOutMetric
{
    /// <summary>Sums, adds the noise and gives the sum away.</summary>
    /// <param name="metrics">What the run asks for.</param>
    /// <param name="records">How many records are held out.</param>
    /// <param name="loss">Mean loss of a record, nats a token.</param>
    /// <param name="declared">The public divisor.</param>
    /// <param name="noise">The release's source.</param>
    public static AttestedMetric Release(
        MetricsSection metrics,
        int records,
        Func<int, double> loss,
        long declared,
        NoiseSource noise
    )
    {
        using var sum = new NodeSum(1, metrics.LossClip);
        for (var i = 0; i < records; i++)
        {
            sum.Add([Clip(loss(i), metrics.LossClip)]);
        }

        var released = sum.Release(metrics.NoiseMultiplier, noise);
        return released.IsPrivate
            ? new AttestedMetric(metrics.NoiseMultiplier, metrics.LossClip, released.Values[0], declared)
            : throw new InvalidOperationException("a metric without real noise is not released");
    }

    // A loss that is no number is as bad as can be; a record that predicts nothing has none.
    private static double Clip(double loss, double lossClip) =>
        double.IsFinite(loss) ? Math.Clamp(loss, 0, lossClip) : lossClip;
}
