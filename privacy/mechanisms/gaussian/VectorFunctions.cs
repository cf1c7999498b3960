using System.Runtime.Intrinsics;

namespace Federated.Privacy.Mechanisms;

/// <summary>
/// Whether this platform's functions of four doubles at once are as good as its scalar ones. The sampler's proof grants them a few ulp, and the platform promises
/// none, so it is looked at once a process; where they are not, the sampler works one pair at a time.
/// </summary>
internal static class VectorFunctions
{
    // The scalar ones are good to one ulp themselves.
    private const double Tolerance = 6 / 9007199254740992.0;
    private const int Points = 512;

    /// <summary>Compares ln, sin and cos over the sampler's ranges.</summary>
    /// <param name="log">ln of four doubles in (0, 1).</param>
    /// <param name="sinCos">Sine and cosine of four angles in a quarter turn.</param>
    public static bool AreAccurate(
        Func<Vector256<double>, Vector256<double>> log,
        Func<Vector256<double>, (Vector256<double> Sine, Vector256<double> Cosine)> sinCos
    )
    {
        for (var i = 0; i < Points; i++)
        {
            var real = (i + 0.5) / Points;
            // Also near 1, where the logarithm is small.
            var near = 1 - Math.ScaleB(real, -(i % 50));
            var logs = log(Vector256.Create(real, near, real / 2, 1 - (real / 2)));
            var turn = real * (Math.PI / 2);
            var (sines, cosines) = sinCos(Vector256.Create(turn, turn / 4, turn / 64, (Math.PI / 2) - turn));
            for (var lane = 0; lane < Vector256<double>.Count; lane++)
            {
                var at = lane switch
                {
                    0 => (real, turn),
                    1 => (near, turn / 4),
                    2 => (real / 2, turn / 64),
                    _ => (1 - (real / 2), (Math.PI / 2) - turn),
                };
                var expected = Math.Log(at.Item1);
                var (sine, cosine) = Math.SinCos(at.Item2);
                // A comparison with NaN is false.
                if (
                    !(Math.Abs(logs[lane] - expected) <= -expected * Tolerance)
                    || !(Math.Abs(sines[lane] - sine) <= Tolerance)
                    || !(Math.Abs(cosines[lane] - cosine) <= Tolerance)
                )
                {
                    return false;
                }
            }
        }

        return true;
    }
}
