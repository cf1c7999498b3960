using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

public sealed class LocalOptimizerTests
{
    [Theory]
    [InlineData("sgd", 0.0)]
    [InlineData("sgd", 0.1)]
    [InlineData("adamw", 0.0)]
    [InlineData("adamw", 0.1)]
    public void Its_steps_are_those_of_the_textbook_in_doubles(string name, double weightDecay)
    {
        const int D = 37;
        var options = new LocalOptimizerOptions(name, 0.05, weightDecay);
        var optimizer = LocalOptimizer.Create(options, D);
        var values = Numbers(D, 1);
        double[] expected = [.. values.Select(value => (double)value)];
        var (mean, square) = (new double[D], new double[D]);
        for (var t = 1; t <= 30; t++)
        {
            var gradient = Numbers(D, 100 + t);
            optimizer.Step(values, gradient);
            for (var i = 0; i < D; i++)
            {
                expected[i] *= 1 - (0.05 * weightDecay);
                mean[i] = (0.9 * mean[i]) + (0.1 * gradient[i]);
                square[i] = (0.999 * square[i]) + (0.001 * gradient[i] * gradient[i]);
                expected[i] -=
                    name == "sgd"
                        ? 0.05 * gradient[i]
                        : 0.05
                            * (mean[i] / (1 - Math.Pow(0.9, t)))
                            / (Math.Sqrt(square[i] / (1 - Math.Pow(0.999, t))) + 1e-8);
            }
        }

        Assert.True(values.Zip(expected, (x, y) => Math.Abs(x - y)).Max() < 2e-5);
        Assert.Equal(30, optimizer.Steps);
    }

    [Fact]
    public void Adamw_agrees_with_libtorch()
    {
        const int D = 19;
        var optimizer = LocalOptimizer.Create(new("adamw", 0.02, 0.01), D);
        var values = Numbers(D, 1);
        using var parameter = new TorchSharp.Modules.Parameter(tensor(Numbers(D, 1)));
        using var reference = optim.AdamW([parameter], lr: 0.02, weight_decay: 0.01);
        for (var t = 0; t < 20; t++)
        {
            optimizer.Step(values, Numbers(D, 100 + t));
            parameter.grad = tensor(Numbers(D, 100 + t));
            reference.step();
        }

        var expected = parameter.detach().data<float>().ToArray();
        Assert.True(values.Zip(expected, (x, y) => Math.Abs(x - y)).Max() < 2e-6);
    }

    [Fact]
    public void Sgd_with_momentum_agrees_with_libtorch()
    {
        const int D = 19;
        var optimizer = LocalOptimizer.Create(new("sgd", 0.02, Momentum: 0.9), D);
        var values = Numbers(D, 1);
        using var parameter = new TorchSharp.Modules.Parameter(tensor(Numbers(D, 1)));
        using var reference = optim.SGD([parameter], 0.02, momentum: 0.9);
        for (var t = 0; t < 20; t++)
        {
            optimizer.Step(values, Numbers(D, 100 + t));
            parameter.grad = tensor(Numbers(D, 100 + t));
            reference.step();
        }

        var expected = parameter.detach().data<float>().ToArray();
        Assert.True(values.Zip(expected, (x, y) => Math.Abs(x - y)).Max() < 2e-6);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    public void An_elements_bits_do_not_depend_on_its_place(string name)
    {
        // 1 … 40 equal elements: wherever vectors end, all stay equal.
        for (var d = 1; d <= 40; d++)
        {
            var optimizer = LocalOptimizer.Create(new(name, 0.0137, 0.0211), d);
            var values = Enumerable.Repeat(0.3712f, d).ToArray();
            for (var t = 0; t < 5; t++)
            {
                optimizer.Step(values, Enumerable.Repeat(0.0173f * (t - 2.3f), d).ToArray());
            }

            Assert.Single(values.Distinct());
        }
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    public void A_restored_optimizer_goes_on_to_the_bit(string name)
    {
        const int D = 33;
        var options = new LocalOptimizerOptions(name, 0.01, 0.1);
        var first = LocalOptimizer.Create(options, D);
        var values = Numbers(D, 1);
        Run(first, values, 0, 5);
        var resumed = values.ToArray();
        var second = LocalOptimizer.Create(options, D);
        second.Restore(first.Save());
        Run(first, values, 5, 10);
        Run(second, resumed, 5, 10);
        Assert.Equal(values, resumed);
        Assert.Equal(first.Save(), second.Save());
    }

    [Fact]
    public void A_state_of_something_else_is_refused_and_changes_nothing()
    {
        var adamw = LocalOptimizer.Create(new("adamw", 0.01), 8);
        Run(adamw, new float[8], 0, 3);
        var state = adamw.Save();
        var other = LocalOptimizer.Create(new("sgd", 0.01), 8);
        Assert.Throws<InvalidDataException>(() => other.Restore(state));
        Assert.Throws<InvalidDataException>(() => LocalOptimizer.Create(new("adamw", 0.01), 9).Restore(state));
        Assert.Throws<InvalidDataException>(() => adamw.Restore(state.AsSpan(0, state.Length - 1)));
        Assert.Throws<InvalidDataException>(() => adamw.Restore([]));
        Assert.Equal(state, adamw.Save());
    }

    [Theory]
    [InlineData("lion", 0.1, 0.0)]
    [InlineData("sgd", 0.0, 0.0)]
    [InlineData("sgd", double.NaN, 0.0)]
    [InlineData("adafactor", -1.0, 0.0)]
    [InlineData("adamw", 0.1, -1.0)]
    public void Options_out_of_range_are_refused(string name, double learningRate, double weightDecay) =>
        Assert.ThrowsAny<ArgumentException>(() => LocalOptimizer.Create(new(name, learningRate, weightDecay), 4));

    [Fact]
    public void A_gradient_of_another_length_changes_nothing()
    {
        var optimizer = LocalOptimizer.Create(new("sgd", 0.1), 4);
        var values = new float[4];
        Assert.Throws<ArgumentException>(() => optimizer.Step(values, [1, 1, 1]));
        Assert.Equal(new float[4], values);
        Assert.Equal(0, optimizer.Steps);
    }

    private static void Run(LocalOptimizer optimizer, float[] values, int from, int to)
    {
        for (var t = from; t < to; t++)
        {
            optimizer.Step(values, Numbers(values.Length, t));
        }
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }
}
