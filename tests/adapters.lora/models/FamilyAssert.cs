using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

/// <summary>What holds for a model of any family.</summary>
internal static class FamilyAssert
{
    /// <summary>Its logits are those of plain arrays, and its shapes are known without its weights.</summary>
    public static void IsAs(double[][] expected, AdaptableModel model, int[] ids, string folder)
    {
        using var scope = NewDisposeScope();

        var actual = model.call(tensor(ids.Select(id => (long)id).ToArray()).unsqueeze(0)).to(float64);

        Assert.True(expected.SelectMany(row => row).Max(Math.Abs) > 1, "the logits are too small to say anything");
        Assert.All(
            expected.SelectMany(row => row).Zip(actual.data<double>().ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-4)
        );
        Assert.Equal(
            model.AdaptableLinears.Select(linear => new LinearShape(
                linear.Path,
                (int)linear.InFeatures,
                (int)linear.OutFeatures
            )),
            ModelShapes.Of(folder).Linears
        );
    }
}
