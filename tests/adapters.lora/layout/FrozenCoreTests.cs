using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Tests;

public sealed class FrozenCoreTests
{
    private static readonly LinearShape[] Linears = [new("a.q_proj", 16, 12), new("a.v_proj", 12, 12)];

    private static readonly AdapterOptions Options = new(3, 6, LoraScaling.RsLora, ["q_proj", "v_proj"], 3)
    {
        Factors = TrainedFactors.Core,
    };

    [Fact]
    public void A_layer_holds_r_times_r_numbers_between_two_orthonormal_bases()
    {
        var layout = AdapterLayout.For(Linears, Options);
        Assert.Equal(2 * 3 * 3, layout.Count);
        Assert.Same(layout, layout.TrainedAt(1));
        Assert.All(layout.InitialValues(), value => Assert.Equal(0, value));
        foreach (var tensor in layout.Tensors)
        {
            var basis = layout.Basis(tensor);
            Assert.Equal(tensor.BasisDigest, FrozenFactor.Digest(basis));
            Assert.NotEqual(tensor.BasisDigest, tensor.FrozenDigest);
            for (var i = 0; i < 9; i++)
            {
                var dot = Enumerable
                    .Range(0, 12)
                    .Sum(row => (double)basis[(row * 3) + (i / 3)] * basis[(row * 3) + (i % 3)]);
                Assert.Equal(i / 3 == i % 3 ? 1 : 0, dot, 1e-6);
            }
        }
    }

    [Fact]
    public void Updates_add_up_exactly_and_keep_their_norm()
    {
        var layout = AdapterLayout.For(Linears, Options);
        var (one, other) = (Some.Values(layout, 1), Some.Values(layout, 2));
        float[] sum = [.. one.Zip(other, (x, y) => x + y)];
        var tensor = layout.Tensors[0];
        var expected = layout.WholeB(tensor, one).Zip(layout.WholeB(tensor, other), (x, y) => x + y).ToArray();
        var actual = layout.WholeB(tensor, sum);
        Assert.Equal(12 * 3, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        Assert.Equal(one.Take(9).Sum(x => x * x), layout.WholeB(tensor, one).Sum(x => x * x), 1e-5f);
    }

    [Fact]
    public void Its_files_read_back_and_a_B_outside_the_basis_is_refused()
    {
        using var folder = new TemporaryFolder();
        var layout = AdapterLayout.For(Linears, Options);
        var values = Some.Values(layout);
        PeftFolder.Write(folder.Path, layout, values, "base");
        Assert.All(
            values.Zip(PeftFolder.Read(folder.Path, layout)),
            pair => Assert.Equal(pair.First, pair.Second, 1e-6f)
        );

        var free = AdapterLayout.For(Linears, Options with { Factors = TrainedFactors.B });
        PeftFolder.Write(folder.Path, free, Some.Values(free), "base");
        var error = Assert.Throws<InvalidCheckpointException>(() => PeftFolder.Read(folder.Path, layout));
        Assert.Contains("does not lie in the frozen basis", error.Message, StringComparison.Ordinal);
    }
}
