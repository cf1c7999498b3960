namespace Federated.Adapters.Tests;

public sealed class AdafactorTests
{
    private static readonly AdapterLayout Layout = AdapterLayout.For(
        [new("a.q_proj", 5, 7)],
        new(2, 4, LoraScaling.Lora, ["q_proj"], 0) { Factors = TrainedFactors.AB }
    );

    [Fact]
    public void Its_first_step_follows_the_paper()
    {
        // Algorithm 4 of Shazeer & Stern 2018 by hand for both factors; at t = 1, β₂ = 0.
        var optimizer = LocalOptimizer.Create(new("adafactor", 0.1, 0.2), Layout);
        var values = Some.Values(Layout);
        var gradient = Some.Values(Layout, 3);
        optimizer.Step(values, gradient);
        var before = Some.Values(Layout);
        foreach (var (offset, n, m) in new[] { (0, 2, 5), (10, 7, 2) })
        {
            double G(int i, int j) => gradient[offset + (i * m) + j];
            var rows = Enumerable
                .Range(0, n)
                .Select(i => Enumerable.Range(0, m).Average(j => G(i, j) * G(i, j)))
                .ToArray();
            var columns = Enumerable
                .Range(0, m)
                .Select(j => Enumerable.Range(0, n).Average(i => G(i, j) * G(i, j)))
                .ToArray();
            var updates = new double[n, m];
            var square = 0.0;
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < m; j++)
                {
                    updates[i, j] = G(i, j) / Math.Sqrt(rows[i] * columns[j] / rows.Average());
                    square += updates[i, j] * updates[i, j] / (n * m);
                }
            }

            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < m; j++)
                {
                    var at = offset + (i * m) + j;
                    var expected =
                        (before[at] * (1 - (0.1 * 0.2))) - (0.1 * updates[i, j] / Math.Max(1, Math.Sqrt(square)));
                    Assert.Equal(expected, values[at], 1e-6);
                }
            }
        }
    }

    [Fact]
    public void It_keeps_a_number_a_row_and_a_column()
    {
        var optimizer = LocalOptimizer.Create(new("adafactor", 0.1), Layout);
        optimizer.Step(Some.Values(Layout), Some.Values(Layout, 3));
        Assert.Equal(24 + (4 * (2 + 5 + 7 + 2)), optimizer.Save().Length);
    }

    [Fact]
    public void A_gradient_of_zeros_moves_nothing()
    {
        var optimizer = LocalOptimizer.Create(new("adafactor", 0.1), Layout);
        var values = Some.Values(Layout);
        optimizer.Step(values, new float[Layout.Count]);
        Assert.Equal(Some.Values(Layout), values);
    }
}
