namespace Federated.Adapters.Tests;

public sealed class LocalTrajectoryTests
{
    private static readonly AdapterLayout Layout = Some.Layout();

    [Fact]
    public void A_plain_program_is_its_optimizers_steps()
    {
        var program = Program("adamw", steps: 5);
        var trajectory = new LocalTrajectory(program, Layout, 3, Some.Values(Layout));
        var optimizer = LocalOptimizer.Create(program.Optimizer, (int)Layout.Count);
        var values = Some.Values(Layout);
        for (var step = 0; step < 5; step++)
        {
            trajectory.Take(Some.Values(Layout, 100 + step));
            optimizer.Step(values, Some.Values(Layout, 100 + step));
        }

        Assert.Equal(values, trajectory.Values.ToArray());
        Assert.Equal(values.Zip(Some.Values(Layout), (after, before) => after - before), trajectory.Delta());
    }

    [Fact]
    public void Accumulated_gradients_make_one_step_of_their_mean()
    {
        var trajectory = new LocalTrajectory(
            Program("sgd", 4) with
            {
                Accumulation = 2,
            },
            Layout,
            0,
            Some.Values(Layout)
        );
        var once = new LocalTrajectory(Program("sgd", 1), Layout, 0, Some.Values(Layout));
        float[][] gradients = [Some.Values(Layout, 7), Some.Values(Layout, 8)];
        trajectory.Take(gradients[0]);
        Assert.Equal(Some.Values(Layout), trajectory.Values.ToArray());
        trajectory.Take(gradients[1]);
        once.Take([.. gradients[0].Zip(gradients[1], (x, y) => (x + y) / 2)]);
        Close(once.Values, trajectory.Values, 1e-7);
    }

    [Fact]
    public void The_proximal_term_pulls_back_to_the_base()
    {
        var pulled = new LocalTrajectory(Program("sgd", 2) with { Proximal = 0.5 }, Layout, 0, Some.Values(Layout));
        pulled.Take(Some.Values(Layout, 7));
        var once = pulled.Values.ToArray();
        pulled.Take(new float[Layout.Count]);
        // θ₂ = θ₁ − η μ (θ₁ − θ₀) where the gradient is zero.
        float[] expected = [.. once.Zip(Some.Values(Layout), (now, start) => now - (0.1f * 0.5f * (now - start)))];
        Close(expected, pulled.Values, 1e-7);
        Assert.NotEqual(once, pulled.Values.ToArray());
    }

    [Fact]
    public void The_learning_rate_is_that_of_the_base_versions_place_in_the_run()
    {
        var program = Program("sgd", 1) with { Schedule = new(ScheduleKind.Linear, 0, 4) };
        var (early, late) = (Delta(program, 0), Delta(program, 3));
        Close([.. early.Select(value => value / 4)], late, 1e-6);
    }

    [Theory]
    [InlineData("sgd", 0.0, 1)]
    [InlineData("sgd", 0.9, 2)]
    [InlineData("adamw", 0.0, 3)]
    [InlineData("adafactor", 0.0, 2)]
    public void A_restored_trajectory_goes_on_to_the_bit_from_any_gradient(
        string name,
        double momentum,
        int accumulation
    )
    {
        var program = Program(name, 6) with
        {
            Accumulation = accumulation,
            Proximal = 0.1,
            Optimizer = new(name, 0.05, 0.1, Momentum: momentum),
            Schedule = new(ScheduleKind.Cosine, 2, 20),
        };
        for (var stop = 0; stop <= 6; stop++)
        {
            var whole = new LocalTrajectory(program, Layout, 1, Some.Values(Layout));
            Take(whole, 0, stop);
            var resumed = new LocalTrajectory(program, Layout, 1, Some.Values(Layout));
            resumed.Restore(whole.Save());
            Assert.Equal(stop, resumed.Gradients);
            Take(whole, stop, 6);
            Take(resumed, stop, 6);
            Assert.Equal(whole.Values.ToArray(), resumed.Values.ToArray());
            Assert.Equal(whole.Save(), resumed.Save());
        }
    }

    [Fact]
    public void A_state_of_something_else_is_refused_and_changes_nothing()
    {
        var trajectory = new LocalTrajectory(Program("adamw", 4), Layout, 0, Some.Values(Layout));
        Take(trajectory, 0, 2);
        var state = trajectory.Save();
        var broken = state.ToArray();
        BitConverter.TryWriteBytes(broken.AsSpan(16), float.NaN);
        var longer = new LocalTrajectory(Program("adamw", 1), Layout, 0, Some.Values(Layout));
        Assert.Throws<InvalidDataException>(() => longer.Restore(state));
        Assert.Throws<InvalidDataException>(() => trajectory.Restore(state.AsSpan(0, 100)));
        Assert.Throws<InvalidDataException>(() => trajectory.Restore(broken));
        Assert.Throws<InvalidDataException>(() => trajectory.Restore([]));
        Assert.Throws<InvalidDataException>(() =>
            new LocalTrajectory(Program("sgd", 4), Layout, 0, Some.Values(Layout)).Restore(state)
        );
        Assert.Equal(state, trajectory.Save());
    }

    [Fact]
    public void A_program_that_cannot_be_and_a_gradient_too_many_are_refused()
    {
        Assert.Throws<ArgumentException>(() =>
            new LocalTrajectory(Program("sgd", 5) with { Accumulation = 2 }, Layout, 0, Some.Values(Layout))
        );
        Assert.Throws<ArgumentException>(() =>
            new LocalTrajectory(Program("sgd", 5) with { Proximal = -1 }, Layout, 0, Some.Values(Layout))
        );
        var trajectory = new LocalTrajectory(Program("sgd", 1), Layout, 0, Some.Values(Layout));
        Assert.Throws<ArgumentException>(() => trajectory.Take([1]));
        Take(trajectory, 0, 1);
        Assert.Throws<InvalidOperationException>(() => Take(trajectory, 1, 2));
    }

    private static LocalProgram Program(string name, int steps) => new() { Steps = steps, Optimizer = new(name, 0.1) };

    private static float[] Delta(LocalProgram program, long baseVersion)
    {
        var trajectory = new LocalTrajectory(program, Layout, baseVersion, new float[Layout.Count]);
        trajectory.Take(Some.Values(Layout, 7));
        return trajectory.Delta();
    }

    private static void Take(LocalTrajectory trajectory, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            trajectory.Take(Some.Values(Layout, 100 + step));
        }
    }

    private static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], tolerance);
        }
    }
}
