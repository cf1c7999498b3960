using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;

namespace Federated.Adapters.Tests.Models;

public sealed class ModelShapesTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_configuration_alone_gives_the_layers_of_the_model(bool tied)
    {
        using var model = new LlamaModel(Some.Config(tied));

        Assert.Equal(
            model.AdaptableLinears.Select(linear => new LinearShape(
                linear.Path,
                (int)linear.InFeatures,
                (int)linear.OutFeatures
            )),
            Some.Config(tied).Linears
        );
    }

    [Fact]
    public void A_folder_without_weights_has_shapes_and_a_context()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), Some.Config().ToJson("float32"));

        var shapes = ModelShapes.Of(folder.Path);

        Assert.Equal(Some.Config().Linears, shapes.Linears);
        Assert.Equal(24, shapes.Context);
    }

    [Fact]
    public void A_folder_without_a_configuration_is_refused()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<InvalidCheckpointException>(() => ModelShapes.Of(folder.Path));

        Assert.Contains("has no config.json", error.Message, StringComparison.Ordinal);
    }
}
