using Federated.Adapters.Models;

namespace Federated.Adapters.Tests;

public sealed class LlamaLinearsTests
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
            LlamaLinears.Of(Some.Config(tied))
        );
    }
}
