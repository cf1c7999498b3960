using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

public sealed class UnrolledProgramTests
{
    private static readonly AdapterLayout Layout = Some.Layout();

    public static TheoryData<string, double, int> Programs =>
        new()
        {
            { "sgd", 0, 1 },
            { "sgd", 0.9, 2 },
            { "adamw", 0, 1 },
            { "adamw", 0, 2 },
            { "adafactor", 0, 1 },
            { "adafactor", 0, 2 },
        };

    [Theory]
    [MemberData(nameof(Programs))]
    public void It_takes_the_steps_that_a_node_takes(string name, double momentum, int accumulation)
    {
        var program = Program(name, momentum, accumulation);
        using var scope = NewDisposeScope();
        var targets = Targets(program);
        var trajectory = new LocalTrajectory(program, Layout, 2, Some.Values(Layout));
        for (var k = 0; k < program.Steps; k++)
        {
            // ∇ ½ ‖θ − x_k‖²
            var target = targets[k].data<float>().ToArray();
            trajectory.Take([.. trajectory.Values.ToArray().Zip(target, (value, x) => value - x)]);
        }

        var start = tensor(Some.Values(Layout));
        var unrolled = UnrolledProgram.Run(program, Layout, 2, start, (values, k) => Loss(values, targets[k]));
        var difference = (unrolled - tensor(trajectory.Values.ToArray())).abs().max().item<float>();
        Assert.True(difference < 2e-5, $"{difference}");
        Assert.True((unrolled - start).abs().max().item<float>() > 1e-2);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void What_it_ends_at_has_the_slope_of_its_losses_inputs(string name, double momentum, int accumulation)
    {
        var program = Program(name, momentum, accumulation);
        using var scope = NewDisposeScope();
        var x = tensor(Some.Values(Layout, 5)).to(float64).requires_grad_(true);
        var direction = tensor(Some.Values(Layout, 6)).to(float64);
        End(x).backward();
        var slope = (x.grad! * direction).sum().item<double>();
        const double H = 1e-6;
        var measured =
            (End(x.detach() + (direction * H)).item<double>() - End(x.detach() - (direction * H)).item<double>())
            / (2 * H);
        Assert.Equal(measured, slope, 1e-5 * Math.Max(1, Math.Abs(measured)));
        Assert.NotEqual(0, slope);

        // A loss whose own slope depends on θ and x together, so that second derivatives matter.
        Tensor End(Tensor input) =>
            UnrolledProgram
                .Run(
                    program,
                    Layout,
                    2,
                    tensor(Some.Values(Layout)).to(float64),
                    (values, _) => ((values - input).square() * (values * input).sigmoid()).sum()
                )
                .square()
                .sum();
    }

    [Fact]
    public void A_start_of_another_layout_is_refused()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() =>
            UnrolledProgram.Run(Program("sgd", 0, 1), Layout, 0, zeros(3), (values, _) => values.sum())
        );
        Assert.Contains($"{Layout.Count}", error.Message, StringComparison.Ordinal);
    }

    private static LocalProgram Program(string name, double momentum, int accumulation) =>
        new()
        {
            Steps = 4,
            Accumulation = accumulation,
            Proximal = 0.2,
            Optimizer = new(name, 0.1, 0.05, Momentum: momentum),
            Schedule = new(ScheduleKind.Cosine, 2, 20),
        };

    private static Tensor[] Targets(LocalProgram program) =>
        [.. Enumerable.Range(0, program.Steps).Select(k => tensor(Some.Values(Layout, 50 + k)))];

    private static Tensor Loss(Tensor values, Tensor target) => (values - target).square().sum() / 2;
}
