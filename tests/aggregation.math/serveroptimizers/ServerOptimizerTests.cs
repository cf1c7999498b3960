using System.Text.Json;
using FsCheck.Xunit;

namespace Federated.Aggregation.Tests;

public sealed class ServerOptimizerTests
{
    private static readonly ServerOptimizerRule Adam = new()
    {
        Kind = ServerOptimizerKind.Adam,
        LearningRate = 0.1,
        Beta1 = 0.9,
        Beta2 = 0.99,
    };

    [Theory]
    [InlineData("flower.fedadam.scalar3r", ServerOptimizerKind.Adam)]
    [InlineData("flower.fedyogi.scalar3r", ServerOptimizerKind.Yogi)]
    [InlineData("flower.fedadagrad.legacy", ServerOptimizerKind.Adagrad)]
    public void Flowers_variants_give_flowers_numbers(string id, ServerOptimizerKind kind)
    {
        var known = Vectors.Case(id);
        var inputs = known.GetProperty("inputs");
        var rule = new ServerOptimizerRule
        {
            Kind = kind,
            LearningRate = inputs.GetProperty("eta").GetDouble(),
            Tau = inputs.GetProperty("tau").GetDouble(),
            Beta1 = inputs.TryGetProperty("beta1", out var beta1) ? beta1.GetDouble() : 0,
            Beta2 = inputs.TryGetProperty("beta2", out var beta2) ? beta2.GetDouble() : 0,
            FlowerVariant = true,
        };
        var isScalar = inputs.GetProperty("initial").ValueKind == JsonValueKind.Number;
        // The scalar cases are three rounds; the other one is four equal coordinates after one round, with mean 0.6.
        var mean = isScalar ? inputs.GetProperty("weighted_mean_each_round").GetDouble() : 0.6;
        var x = isScalar ? 0.0 : 0.1;
        double[] expected = [.. known.GetProperty("expected").Doubles()];
        var path = Path(rule, isScalar ? 3 : 1, x, at => mean - at);
        Assert.All(
            path.Zip(expected),
            pair => Assert.Equal(pair.Second, pair.First, known.GetProperty("tol").GetDouble())
        );
    }

    [Fact]
    public void The_papers_adam_starts_at_tau_squared_without_correction()
    {
        var x = Path(Adam, 1, 0, _ => 2)[0];
        Assert.Equal(0.1 * 0.2 / (Math.Sqrt((0.99 * 1e-6) + (0.01 * 4)) + 1e-3), x, 1e-7);
    }

    [Fact]
    public void Momentum_adds_up_what_keeps_its_direction()
    {
        var rule = new ServerOptimizerRule
        {
            Kind = ServerOptimizerKind.Momentum,
            LearningRate = 0.5,
            Beta1 = 0.5,
        };
        // m = 1, 1.5, 1.75.
        Assert.Equal([0.5, 1.25, 2.125], Path(rule, 3, 0, _ => 1));
    }

    [Fact]
    public void Momentum_zero_is_sgd()
    {
        var rule = new ServerOptimizerRule { Kind = ServerOptimizerKind.Momentum, LearningRate = 0.7 };
        Assert.Equal(
            Path(rule with { Kind = ServerOptimizerKind.Sgd }, 9, 1, x => 2 - x),
            Path(rule, 9, 1, x => 2 - x)
        );
    }

    [Fact]
    public void Pure_noise_of_the_declared_size_is_taken_out_of_the_second_moment()
    {
        // Δ = ±s: v is all noise, so the size is τ and not s.
        var rule = Adam with
        {
            Tau = 1e-2,
            UpdateNoise = 1,
            FlowerVariant = true,
        };
        var state = ServerOptimizerState.Initial(rule, 1);
        float[] x = [0];
        for (var step = 0; step < 50; step++)
        {
            var optimizer = new ServerOptimizer(rule, state, noiseVariance: 0.25, 1);
            optimizer.Step(x, [step % 2 == 0 ? 0.5 : -0.5], 0);
        }

        Assert.Equal(state.Noise, state.Second[0], 1e-6);
        var before = x[0];
        var squares = new ServerOptimizer(rule, state, 0.25, 1).Step(x, [0.5], 0);
        var momentum = state.Momentum[0];
        Assert.Equal(Math.Abs(x[0] - before), Math.Sqrt(squares), 1e-5);
        Assert.Equal(new double[] { 0.1 * Correction(rule, state.Steps) * momentum / 1e-2 }[0], x[0] - before, 1e-4);
    }

    [Property]
    public void Blocks_do_not_change_a_bit(short[] gradient, byte split)
    {
        var count = gradient.Length;
        double[] step = [.. gradient.Select(g => g / 1000.0)];
        var at = count == 0 ? 0 : split % count;
        foreach (var kind in Enum.GetValues<ServerOptimizerKind>())
        {
            var rule = Adam with { Kind = kind };
            var whole = Begin(rule, count);
            var parts = Begin(rule, count);
            float[] left = new float[count];
            float[] right = new float[count];
            whole.Step(left, step, 0);
            parts.Step(right.AsSpan(at), step.AsSpan(at), at);
            parts.Step(right.AsSpan(0, at), step.AsSpan(0, at), 0);
            Assert.Equal(left, right);
            Assert.Equal(whole.State?.ToBytes(), parts.State?.ToBytes());
        }
    }

    [Theory]
    [InlineData(ServerOptimizerKind.Momentum)]
    [InlineData(ServerOptimizerKind.Yogi)]
    public void A_state_goes_on_where_it_was_saved(ServerOptimizerKind kind)
    {
        var rule = Adam with { Kind = kind };
        var first = Begin(rule, 3);
        first.Step(new float[3], [1, -2, 3], 0);
        var bytes = first.State!.ToBytes();
        var read = ServerOptimizerState.Read(bytes, rule, 3);
        Assert.Equal(1, read.Steps);
        Assert.Equal(bytes, read.ToBytes());
        Assert.Equal(first.State.Momentum, read.Momentum);
    }

    [Fact]
    public void Bytes_of_another_state_are_refused_with_the_field()
    {
        var bytes = ServerOptimizerState.Initial(Adam, 3).ToBytes();
        Refused("optimizer", bytes, Adam with { Kind = ServerOptimizerKind.Yogi }, 3);
        Refused("count", bytes, Adam, 4);
        Refused("length", bytes[..^1], Adam, 3);
        Refused("FEDS", [1, 2, 3], Adam, 3);
        bytes[4] = 9;
        Refused("version", bytes, Adam, 3);
    }

    [Fact]
    public void A_step_that_float32_cannot_hold_is_no_version()
    {
        var error = Assert.Throws<NonFiniteMergeException>(() => Begin(Adam, 2).Step(new float[2], [0, 1e30], 0));
        Assert.Contains("element 1", error.Message, StringComparison.Ordinal);
    }

    private static void Refused(string field, byte[] bytes, ServerOptimizerRule rule, int count)
    {
        var error = Assert.Throws<InvalidDataException>(() => ServerOptimizerState.Read(bytes, rule, count));
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
    }

    private static double Correction(ServerOptimizerRule rule, long step) =>
        Math.Sqrt(1 - Math.Pow(rule.Beta2, step + 1)) / (1 - Math.Pow(rule.Beta1, step + 1));

    private static ServerOptimizer Begin(ServerOptimizerRule rule, int count) =>
        new(rule, rule.HasState ? ServerOptimizerState.Initial(rule, count) : null, 0, 1);

    private static double[] Path(ServerOptimizerRule rule, int rounds, double start, Func<double, double> gradient)
    {
        var state = rule.HasState ? ServerOptimizerState.Initial(rule, 1) : null;
        float[] x = [(float)start];
        var path = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            new ServerOptimizer(rule, state, 0, round).Step(x, [gradient(x[0])], 0);
            path[round] = x[0];
        }

        return path;
    }
}
