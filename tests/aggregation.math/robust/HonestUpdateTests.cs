using Federated.Adapters;

namespace Federated.Aggregation.Tests;

/// <summary>Honest local programs, as hostile as their data can make them, stay below the bound.</summary>
public sealed class HonestUpdateTests
{
    private const int Steps = 12;
    private static readonly int Count = (int)Some.Layout.Count;

    [Theory]
    [InlineData("adamw", 1, 0)]
    [InlineData("adamw", 3, 0)]
    [InlineData("adamw", 1, 0.5)]
    [InlineData("adafactor", 1, 0)]
    public void No_gradients_move_an_adaptive_optimizer_over_the_bound(string name, int accumulation, double proximal)
    {
        var program = Program(name, accumulation) with { Proximal = proximal };
        var bound = Honest(program).NormBound();
        var longest = 0.0;
        foreach (var growth in new[] { 0.1, 1, 1.2, 3, 30 })
        {
            var trajectory = new LocalTrajectory(program, Some.Layout, 0, new float[Count]);
            for (var step = 0; step < Steps; step++)
            {
                trajectory.Take([.. Enumerable.Repeat((float)(1e-3 * Math.Pow(growth, step)), Count)]);
            }

            longest = Math.Max(longest, Norm(trajectory.Delta()));
        }

        Assert.InRange(longest, proximal == 0 ? 0.8 * bound : 0, bound);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.9, 1)]
    [InlineData(0, 4)]
    public void Noise_and_equal_gradients_stay_under_the_bound_of_sgd(double momentum, int accumulation)
    {
        var program = Program("sgd", accumulation, momentum);
        var honest = Honest(program);
        var bound = honest.NormBound();
        var random = new Random(7);
        for (var trial = 0; trial < 50; trial++)
        {
            var trajectory = new LocalTrajectory(program, Some.Layout, 0, new float[Count]);
            for (var step = 0; step < Steps; step++)
            {
                // Every record pulls by C in one direction, and twice as many records as declared are drawn.
                var pull = 2 * Some.Mechanism.MaxGradNorm / Math.Sqrt(Count);
                var noise =
                    Some.Mechanism.NoiseMultiplier * Some.Mechanism.MaxGradNorm / Some.Mechanism.ExpectedBatchSize;
                trajectory.Take([
                    .. Enumerable.Range(0, Count).Select(_ => (float)(pull + (noise * Gaussian(random)))),
                ]);
            }

            Assert.InRange(Norm(trajectory.Delta()), 0, bound);
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 1)]
    [InlineData(0.5, 3)]
    public void The_noise_of_an_sgd_update_is_as_large_as_it_says(double momentum, int accumulation)
    {
        var program = Program("sgd", accumulation, momentum);
        var expected = Honest(program).UpdateNoise();
        var random = new Random(3);
        var squares = 0.0;
        const int Trials = 400;
        for (var trial = 0; trial < Trials; trial++)
        {
            var trajectory = new LocalTrajectory(program, Some.Layout, 0, new float[Count]);
            for (var step = 0; step < Steps; step++)
            {
                var noise =
                    Some.Mechanism.NoiseMultiplier * Some.Mechanism.MaxGradNorm / Some.Mechanism.ExpectedBatchSize;
                trajectory.Take([.. Enumerable.Range(0, Count).Select(_ => (float)(noise * Gaussian(random)))]);
            }

            squares += Math.Pow(Norm(trajectory.Delta()), 2);
        }

        Assert.Equal(1, Math.Sqrt(squares / Trials / Count) / expected, 0.05);
    }

    [Fact]
    public void What_has_no_bound_says_so_and_what_to_write()
    {
        var decaying = Program("adamw", 1) with { Optimizer = new("adamw", 0.01, 0.1) };
        foreach (var honest in new[] { Honest(decaying), Honest(Program("sgd", 1, 0.5) with { Proximal = 1 }) })
        {
            var error = Assert.Throws<NotSupportedException>(() => honest.NormBound());
            Assert.Contains("write a number", error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<NotSupportedException>(() => Honest(Program("adamw", 1)).UpdateNoise());
    }

    [Fact]
    public void A_large_model_under_noise_makes_distance_rules_powerless()
    {
        var honest = Honest(Program("adamw", 1));
        Assert.InRange(honest.SignalToNoise()!.Value, 1, double.MaxValue);
        var large = honest with { Dimension = 10_000_000 };
        Assert.Contains(
            "chooses by noise",
            RobustReport.WarningFor(RobustMethod.Krum, large.SignalToNoise()),
            StringComparison.Ordinal
        );
        Assert.Null(RobustReport.WarningFor(RobustMethod.NormBound, large.SignalToNoise()));
        var quiet = honest with { Mechanism = Some.Mechanism with { NoiseMultiplier = 0 } };
        Assert.Null(RobustReport.WarningFor(RobustMethod.Krum, quiet.SignalToNoise()));
    }

    private static LocalProgram Program(string name, int accumulation, double momentum = 0) =>
        new()
        {
            Steps = Steps,
            Accumulation = accumulation,
            Optimizer = new(name, 0.01, Momentum: momentum),
        };

    private static HonestUpdate Honest(LocalProgram program) =>
        new()
        {
            Program = program,
            Mechanism = Some.Mechanism with { Steps = Steps },
            Dimension = Count,
        };

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
