using System.Globalization;
using MathNet.Numerics.Distributions;

namespace Federated.Lab.Simulate;

/// <summary>
/// Gaussian clouds, one for each label, around centres that overlap: nothing needs to be downloaded, and the best classifier is linear, so that what
/// is lost is lost by aggregation.
/// </summary>
internal sealed class SyntheticExamples : IExamples
{
    private const int Features = 10;
    private const int TestPerLabel = 100;
    private const double Noise = 1.3;

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
    public int Height => 1;

    /// <inheritdoc/>
    public int Width => Features;

    /// <inheritdoc/>
    public IReadOnlyList<int> Hidden => [];

    /// <inheritdoc/>
    public IReadOnlyList<(float[] Image, int Label)> Test { get; }

    /// <inheritdoc/>
    public float[] Draw(int label, NamedRandom random) => Cloud(random, _centres[label]);

    // The last feature is 1: adapters have no bias.
    private static float[] Cloud(NamedRandom random, float[]? centre)
    {
        var point = new float[Features];
        for (var i = 0; i < Features - 1; i++)
        {
            point[i] = (centre?[i] ?? 0) + (float)Normal.Sample(random, 0, centre is null ? 1 : Noise);
        }

        point[^1] = 1;
        return point;
    }
}
