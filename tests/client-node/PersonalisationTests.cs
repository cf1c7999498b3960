using Federated.Adapters;
using Federated.Adapters.Checkpoints;

namespace Federated.ClientNode.Tests;

/// <summary>The owner's own continuation of a run's adapter.</summary>
public sealed class PersonalisationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task It_is_better_on_the_owners_text_and_is_marked_not_private()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        await node.RunAsync();
        File.WriteAllText(Path.Combine(node.Folder, "node.yaml"), NodeSettingsYaml.Write(node.Settings));
        var fetched = FetchedAdapter.Open(node.Folder, node.Silo.RunDigest);

        var (before, after) = PersonaliseCommand.Train(
            fetched,
            _folder.Path,
            steps: 20,
            batchSize: 8,
            learningRate: 0.02,
            new Random(1),
            TestContext.Current.CancellationToken
        );

        Assert.True(before.Records > 0);
        Assert.True(after.NatsPerToken < before.NatsPerToken - 0.1, $"{before.NatsPerToken} → {after.NatsPerToken}");
        Assert.Equal(fetched.Layout.Count, PeftFolder.Read(_folder.Path, fetched.Layout).Length);
        Assert.Equal("not private: do not share", Metadata()["privacy"]);
    }

    [Fact]
    public void An_adapter_of_a_private_run_has_no_such_mark()
    {
        var layout = AdapterLayout.For([new("q_proj", 8, 8)], new(2, 4, LoraScaling.Lora, ["q_proj"], 0));
        PeftFolder.Write(_folder.Path, layout, layout.InitialValues(), "base");
        Assert.DoesNotContain("privacy", Metadata().Keys);
        PeftFolder.Write(_folder.Path, layout, layout.InitialValues(), "base", isPrivate: false);
        Assert.Equal(PeftFiles.NotPrivate, Metadata()["privacy"]);
    }

    public void Dispose() => _folder.Dispose();

    private Dictionary<string, string> Metadata()
    {
        using var file = Safetensors.Read(Path.Combine(_folder.Path, PeftFiles.WeightsName));
        return file.Metadata.ToDictionary();
    }
}
