namespace Federated.Adapters.Tests;

public sealed class TrainedFactorsTests
{
    private static readonly LinearShape[] Linears =
    [
        new("model.layers.0.self_attn.q_proj", 16, 10),
        new("model.layers.0.self_attn.v_proj", 16, 8),
    ];

    private static readonly AdapterOptions Options = new(4, 8, LoraScaling.RsLora, ["q_proj", "v_proj"], 3);

    [Theory]
    [InlineData(TrainedFactors.B)]
    [InlineData(TrainedFactors.AB)]
    public void An_update_holds_all_that_the_adapter_holds_unless_the_run_alternates(TrainedFactors factors)
    {
        var layout = AdapterLayout.For(Linears, Options with { Factors = factors });
        Assert.Same(layout, layout.TrainedAt(0));
        Assert.Same(layout, layout.TrainedAt(1));
    }

    [Fact]
    public void Each_layers_A_stands_before_its_B()
    {
        var layout = AdapterLayout.For(Linears, Options with { Factors = TrainedFactors.AB });
        Assert.Equal((4 * 16) + (10 * 4) + (4 * 16) + (8 * 4), layout.Count);
        Assert.Equal([(0, 64), (104, 168)], layout.Tensors.Select(tensor => (tensor.OffsetOfA, tensor.OffsetOfB)));
    }

    [Fact]
    public void Even_versions_train_B_and_odd_ones_A()
    {
        var layout = AdapterLayout.For(Linears, Options with { Factors = TrainedFactors.Alternating });
        var (even, odd) = (layout.TrainedAt(4), layout.TrainedAt(5));
        Assert.Equal((HeldFactors.B, HeldFactors.A), (even.Holds, odd.Holds));
        Assert.Equal(layout.Count, even.Count + odd.Count);
        Assert.Equal([0, 40], even.Tensors.Select(tensor => tensor.OffsetOfB));
        Assert.Equal([0, 64], odd.Tensors.Select(tensor => tensor.OffsetOfA));
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.TrainedAt(-1));
    }

    [Fact]
    public void Every_layout_has_a_digest_of_its_own()
    {
        var alternating = AdapterLayout.For(Linears, Options with { Factors = TrainedFactors.Alternating });
        string[] digests =
        [
            AdapterLayout.For(Linears, Options).Digest,
            AdapterLayout.For(Linears, Options with { Factors = TrainedFactors.AB }).Digest,
            alternating.Digest,
            alternating.TrainedAt(0).Digest,
            alternating.TrainedAt(1).Digest,
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void Parts_come_out_and_go_in_where_they_belong()
    {
        var layout = AdapterLayout.For(Linears, Options with { Factors = TrainedFactors.Alternating });
        float[] whole = [.. Enumerable.Range(0, (int)layout.Count).Select(i => (float)i)];
        var a = layout.Take(layout.TrainedAt(1), whole);
        var b = layout.Take(layout.TrainedAt(0), whole);
        Assert.Equal([0, 63, 104, 167], new[] { a[0], a[63], a[64], a[127] });
        Assert.Equal([64, 103, 168, 199], new[] { b[0], b[39], b[40], b[71] });
        var again = new float[layout.Count];
        layout.Put(layout.TrainedAt(0), b, again);
        layout.Put(layout.TrainedAt(1), a, again);
        Assert.Equal(whole, again);
        Assert.Equal(whole, layout.Take(layout, whole));
        var other = AdapterLayout.For(Linears, Options);
        Assert.Throws<ArgumentException>(() => layout.Take(other, whole));
        Assert.Throws<ArgumentException>(() => layout.Put(layout.TrainedAt(0), a, again));
    }

    [Fact]
    public void Version_zero_has_the_seeds_A_and_no_B()
    {
        var layout = AdapterLayout.For(Linears, Options with { Factors = TrainedFactors.AB });
        var values = layout.InitialValues();
        foreach (var tensor in layout.Tensors)
        {
            var a = values.AsSpan((int)tensor.OffsetOfA, tensor.LengthOfA);
            Assert.Equal(tensor.FrozenDigest, FrozenFactor.Digest(a));
            Assert.All(
                values[(int)tensor.OffsetOfB..(int)(tensor.OffsetOfB + tensor.LengthOfB)],
                b => Assert.Equal(0, b)
            );
        }

        Assert.All(AdapterLayout.For(Linears, Options).InitialValues(), b => Assert.Equal(0, b));
    }
}
