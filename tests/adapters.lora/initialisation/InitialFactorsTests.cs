using FsCheck;
using FsCheck.Xunit;

namespace Federated.Adapters.Tests;

public sealed class InitialFactorsTests
{
    private static readonly LinearShape[] Linears = [new("layers.0.q_proj", 8, 8), new("layers.0.v_proj", 8, 4)];

    private static readonly AdapterOptions Options = new(2, 4, LoraScaling.RsLora, ["q_proj", "v_proj"], 1);

    private static readonly InitialFactor[] Factors =
    [
        new("layers.0.v_proj", 2, 8, FrozenFactor.Create(5, "v", 2, 8)),
        new("layers.0.q_proj", 2, 8, FrozenFactor.Create(6, "q", 2, 8)),
    ];

    [Fact]
    public void What_is_written_is_read_and_the_order_does_not_matter()
    {
        var bytes = InitialFactors.Encode(Factors);
        Assert.Equal(bytes, InitialFactors.Encode(Factors.Reverse()));

        var read = InitialFactors.Read(bytes);

        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), read.Sha256);
        Assert.Equal(Factors[1].Values.ToArray(), read.Of("layers.0.q_proj", 2, 8));
        Assert.True(bytes.Length <= InitialFactors.MaxByteLength(Linears, largestRank: 2));
    }

    [Fact]
    public void The_bytes_of_format_1_do_not_change_between_releases()
    {
        var bytes = InitialFactors.Encode([new("q", 1, 2, new float[] { 0.6f, -0.8f })]);
        Assert.Equal(
            "{\"__metadata__\":{\"format\":\"federated-initial-factors-v1\"},\"q.lora_A.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}",
            System.Text.Encoding.UTF8.GetString(bytes[8..^8]).TrimEnd()
        );
        Assert.Equal("9A99193FCDCC4CBF", Convert.ToHexString(bytes[^8..]));
        var later = System.Text.Encoding.Latin1.GetBytes(
            System.Text.Encoding.Latin1.GetString(bytes).Replace("-v1", "-v2", StringComparison.Ordinal)
        );
        Assert.Throws<InvalidAdapterOptionsException>(() => InitialFactors.Read(later));
    }

    [Fact]
    public void A_layout_begins_with_them_and_its_digest_says_so()
    {
        var given = AdapterLayout.For(Linears, Options with { Initial = Read(Factors) });
        Assert.Equal(Factors[1].Values.ToArray(), given.InitialA(given.Tensors[0]));
        Assert.Equal(FrozenFactor.Digest(Factors[0].Values.Span), given.Tensors[1].FrozenDigest);
        Assert.NotEqual(AdapterLayout.For(Linears, Options).Digest, given.Digest);

        InitialFactor[] others = [Factors[0], Factors[1] with { Values = FrozenFactor.Create(7, "q", 2, 8) }];
        Assert.NotEqual(AdapterLayout.For(Linears, Options with { Initial = Read(others) }).Digest, given.Digest);

        var both = AdapterLayout.For(Linears, Options with { Initial = Read(Factors), Factors = TrainedFactors.AB });
        Assert.Equal(Factors[1].Values.ToArray(), both.InitialValues()[..16]);
    }

    [Fact]
    public void The_same_numbers_as_the_seed_gives_are_another_layout()
    {
        InitialFactor[] seeded =
        [
            .. Linears.Select(linear => new InitialFactor(
                linear.Path,
                2,
                8,
                FrozenFactor.Create(Options.Seed, linear.Path, 2, 8)
            )),
        ];
        Assert.NotEqual(
            AdapterLayout.For(Linears, Options).Digest,
            AdapterLayout.For(Linears, Options with { Initial = Read(seeded) }).Digest
        );
    }

    [Fact]
    public void Factors_of_other_layers_or_ranks_are_refused_by_name()
    {
        Refused("has no factor for layers.0.v_proj", Options with { Initial = Read(Factors[1]) });
        Refused("expected [3, 8]", Options with { Initial = Read(Factors), Rank = 3 });
        Refused("1 layers are adapted", Options with { Initial = Read(Factors), Targets = ["q_proj"] });
    }

    public static TheoryData<string, InitialFactor> Wrong()
    {
        var row = Factors[0].Values.ToArray();
        float[] doubled = [.. row.Select(value => 2 * value)];
        float[] twice = [.. row[..8], .. row[..8]];
        float[] notANumber = [.. row[..15], float.NaN];
        return new()
        {
            { "length", Factors[0] with { Values = doubled } },
            { "the same row", Factors[0] with { Values = twice } },
            { "NaN", Factors[0] with { Values = notANumber } },
            { "more rows than columns", new("layers.0.v_proj", 8, 2, row) },
            { "no rows", new("layers.0.v_proj", 0, 8, Array.Empty<float>()) },
        };
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Rows_that_are_not_orthonormal_are_refused(string reason, InitialFactor factor)
    {
        var error = Assert.Throws<InvalidAdapterOptionsException>(() => Read(factor));
        Assert.True(error.Message.Contains("layers.0.v_proj", StringComparison.Ordinal), $"{reason}: {error.Message}");
    }

    [Property(MaxTest = 300)]
    public void Whatever_stands_in_a_file_it_is_read_whole_or_refused(NonNegativeInt position, byte value, bool cut)
    {
        var bytes = InitialFactors.Encode(Factors);
        var at = position.Get % bytes.Length;
        bytes[at] = value;
        try
        {
            Assert.Equal(2, InitialFactors.Read(cut ? bytes[..at] : bytes).Factors.Count);
        }
        catch (InvalidAdapterOptionsException)
        {
            // Refused, and by no other fault.
        }
    }

    private static InitialFactors Read(params InitialFactor[] factors) =>
        InitialFactors.Read(InitialFactors.Encode(factors));

    private static void Refused(string reason, AdapterOptions options)
    {
        var error = Assert.Throws<InvalidAdapterOptionsException>(() => AdapterLayout.For(Linears, options));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
