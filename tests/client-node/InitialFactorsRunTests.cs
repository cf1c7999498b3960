using System.Security.Cryptography;
using Federated.Adapters;
using Federated.Protocol;

namespace Federated.ClientNode.Tests;

/// <summary>Runs whose A factors are a file: fetched after consent, checked, and trained with.</summary>
public sealed class InitialFactorsRunTests
{
    [Fact]
    public async Task The_file_that_the_run_names_is_fetched_and_trained_with()
    {
        using var seeded = new NodeUnderTest(Some.Run("test"));
        await seeded.RunAsync();
        var file = Factors(seed: 3);
        using var node = new NodeUnderTest(Naming(file), initialFactors: file);

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());

        // The silo of the test takes updates of the layout with these factors only.
        Assert.Equal(2, node.Silo.Received.Count);
        Assert.NotEqual(seeded.Report().After!.Value.NatsPerToken, node.Report().After!.Value.NatsPerToken);
        var fetched = Path.Combine(node.Folder, "runs", node.Silo.RunDigest, "initial-factors.safetensors");
        Assert.Equal(file, await File.ReadAllBytesAsync(fetched, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_that_was_damaged_here_is_fetched_again()
    {
        var file = Factors(seed: 3);
        using var node = new NodeUnderTest(Naming(file), initialFactors: file);
        var folder = Directory.CreateDirectory(Path.Combine(node.Folder, "runs", node.Silo.RunDigest));
        var kept = Path.Combine(folder.FullName, "initial-factors.safetensors");
        await File.WriteAllBytesAsync(kept, [1, 2, 3], TestContext.Current.CancellationToken);

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());
        Assert.Equal(file, await File.ReadAllBytesAsync(kept, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("another file")]
    [InlineData("no factors")]
    [InlineData("far too much")]
    public async Task Whatever_else_a_silo_sends_is_not_trained_with_and_ends_no_node(string sent)
    {
        byte[] junk = [.. Enumerable.Repeat((byte)7, 100)];
        var named = sent == "no factors" ? junk : Factors(seed: 3);
        using var node = new NodeUnderTest(Naming(named), initialFactors: Factors(seed: 3));
        node.Silo.InitialFactors = sent switch
        {
            "another file" => Factors(seed: 4),
            "no factors" => junk,
            _ => new byte[10_000_000],
        };
        var bases = new List<long>();
        node.EndAfter(checkIns: 3);

        Assert.Equal(LoopEnd.Failed, await node.RunAsync(inner => new CountingTraining(inner, bases)));
        Assert.Empty(bases);
        Assert.Empty(node.Silo.Received);
    }

    private static RunDocument Naming(byte[] file)
    {
        var run = Some.Run("test");
        var digest = Convert.ToHexStringLower(SHA256.HashData(file));
        return run with { Adapter = run.Adapter with { Initialisation = new() { Sha256 = digest } } };
    }

    private static byte[] Factors(long seed) =>
        InitialFactors.Encode(
            AdaptedModel
                .LayoutOf(Some.Run("test"), RepositoryFolder.BaseDocs)
                .Tensors.Select(tensor => new InitialFactor(
                    tensor.Path,
                    tensor.Rank,
                    tensor.InFeatures,
                    FrozenFactor.Create(seed, tensor.Path, tensor.Rank, tensor.InFeatures)
                ))
        );
}
