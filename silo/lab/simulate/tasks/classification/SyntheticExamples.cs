using System.Globalization;
using MathNet.Numerics.Distributions;

namespace Federated.Lab.Simulate;

/// <summary>
/// Gaussian clouds, one for each label, around centres that overlap: nothing needs to be downloaded, and the best classifier is linear, so that what
/// is lost is lost by aggregation.
/// </summary>
internal sealed class SyntheticExamples : IExamples
{
    private const int Side = 8;
    private const int TestPerLabel = 100;
    private const double Noise = 0.9;

    private readonly float[][] _centres;

    /// <summary>Draws the centres and the records that judge.</summary>
    /// <param name="seed">The simulation's seed.</param>
    public SyntheticExamples(long seed)
    {
        Description = string.Create(CultureInfo.InvariantCulture, $"gaussian clouds, seed {seed}");
        _centres =
        [
            .. Enumerable
                .Range(0, Population.Labels)
                .Select(label => Cloud(Lab.Simulate.Draw.Generator(seed, DrawPurpose.Centre, label), null)),
        ];
        Test =
        [
            .. Enumerable
                .Range(0, Population.Labels * TestPerLabel)
                .Select(index =>
                {
                    var label = index % Population.Labels;
                    return (Draw(label, Lab.Simulate.Draw.Generator(seed, DrawPurpose.TestRecord, index)), label);
                }),
        ];
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public int Height => Side;

    /// <inheritdoc/>
    public int Width => Side;

    /// <inheritdoc/>
    public IReadOnlyList<(float[] Image, int Label)> Test { get; }

    /// <inheritdoc/>
    public float[] Draw(int label, NamedRandom random) => Cloud(random, _centres[label]);

    // A centre has about length 2.8 = √(64 ÷ 8); two of them are four apart, a cloud 0.9 wide in each direction.
    private static float[] Cloud(NamedRandom random, float[]? centre)
    {
        var point = new float[Side * Side];
        for (var i = 0; i < point.Length; i++)
        {
            point[i] = centre is null
                ? (float)Normal.Sample(random, 0, 1 / Math.Sqrt(Side))
                : centre[i] + (float)Normal.Sample(random, 0, Noise);
        }

        return point;
    }
}
