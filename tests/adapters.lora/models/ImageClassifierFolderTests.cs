using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;

namespace Federated.Adapters.Tests.Models;

public sealed class ImageClassifierFolderTests
{
    private static readonly ImageConfig Config = new()
    {
        Height = 8,
        Width = 8,
        Convolutions = [4],
        Hidden = [6],
        LabelNames = ["no", "yes"],
    };

    [Fact]
    public void It_is_read_as_the_model_that_was_asked_for_the_same_for_everybody()
    {
        using var folder = new TemporaryFolder();
        ImageClassifierFolder.Make(Config, 4, folder.File("a"));
        ImageClassifierFolder.Make(Config, 4, folder.File("b"));
        ImageClassifierFolder.Make(Config, 5, folder.File("c"));

        Assert.Equal(BaseModelDigest.Compute(folder.File("a")), BaseModelDigest.Compute(folder.File("b")));
        Assert.NotEqual(BaseModelDigest.Compute(folder.File("a")), BaseModelDigest.Compute(folder.File("c")));
        using var model = BaseModel.Load(folder.File("a"));
        var read = Assert.IsType<ImageClassifier>(model.Model).Config;
        Assert.Equal(Config.Linears, read.Linears);
        Assert.Equal(Config.LabelNames, read.LabelNames);
    }

    [Fact]
    public void What_cannot_be_is_refused_and_nothing_is_left()
    {
        using var folder = new TemporaryFolder();
        var target = folder.File("a");

        Assert.Throws<ArgumentException>(() =>
            ImageClassifierFolder.Make(Config with { LabelNames = ["no"] }, 4, target)
        );
        var error = Assert.Throws<InvalidCheckpointException>(() =>
            ImageClassifierFolder.Make(Config with { Convolutions = [4, 4, 4] }, 4, target)
        );

        Assert.Contains("convolutions", error.Message, StringComparison.Ordinal);
        // 2^48 bytes: more than any address space gives.
        error = Assert.Throws<InvalidCheckpointException>(() =>
            ImageClassifierFolder.Make(Config with { Hidden = [1 << 23, 1 << 23] }, 4, target)
        );
        Assert.Contains("does not fit into memory", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
