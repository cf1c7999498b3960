namespace Federated.Adapters.Tests;

public sealed class FrozenFactorTests
{
    private const string Path = "model.layers.0.self_attn.q_proj";

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 128)]
    [InlineData(16, 16)]
    [InlineData(3, 257)]
    public void Its_rows_are_orthonormal(int rank, int inFeatures)
    {
        var factor = FrozenFactor.Create(7, Path, rank, inFeatures);
        for (var i = 0; i < rank; i++)
        {
            for (var k = 0; k < rank; k++)
            {
                var dot = 0.0;
                for (var j = 0; j < inFeatures; j++)
                {
                    dot += (double)factor[(i * inFeatures) + j] * factor[(k * inFeatures) + j];
                }

                Assert.Equal(i == k ? 1 : 0, dot, 1e-6);
            }
        }
    }

    // The digests come from tests/adapters.lora/frozen_factor_reference.py, which shares no code with this project.
    [Theory]
    [InlineData(0, Path, 8, 128, "9f5ac64036c93d697d58e57383424bdb3a226f8ac957f800cdf7a17218892966")]
    [InlineData(
        42,
        "model.layers.3.mlp.down_proj",
        4,
        344,
        "189997b6199645883736f4e5db93a478e822017b398a3e8ad38b912f678bd011"
    )]
    [InlineData(long.MaxValue, "x", 5, 5, "bf212d41ead8a7805ea2abf718856827c7288bdd153093576448449f50e7144e")]
    public void Its_bits_are_the_same_on_every_machine(
        long seed,
        string path,
        int rank,
        int inFeatures,
        string digest
    ) => Assert.Equal(digest, FrozenFactor.Digest(FrozenFactor.Create(seed, path, rank, inFeatures)));

    [Fact]
    public void Seed_path_and_shape_each_change_it()
    {
        string[] digests =
        [
            FrozenFactor.Digest(FrozenFactor.Create(0, Path, 4, 32)),
            FrozenFactor.Digest(FrozenFactor.Create(1, Path, 4, 32)),
            FrozenFactor.Digest(FrozenFactor.Create(0, Path + "x", 4, 32)),
            FrozenFactor.Digest(FrozenFactor.Create(0, Path, 5, 32)),
            FrozenFactor.Digest(FrozenFactor.Create(0, Path, 4, 33)),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Theory]
    [InlineData(0L, 0, 4)]
    [InlineData(0L, 5, 4)]
    [InlineData(-1L, 1, 4)]
    public void A_rank_outside_1_to_the_width_or_a_negative_seed_is_refused(long seed, int rank, int inFeatures) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => FrozenFactor.Create(seed, Path, rank, inFeatures));
}
