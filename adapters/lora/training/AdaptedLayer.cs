using Federated.Adapters.Models;

namespace Federated.Adapters;

/// <summary>Finds the layer of a model that a layout means.</summary>
internal static class AdaptedLayer
{
    /// <summary>The layer, with its shape checked.</summary>
    /// <exception cref="InvalidAdapterOptionsException">The model has no such layer, or another shape.</exception>
    public static AdaptableLinear Find(AdaptableModel model, AdapterTensor tensor)
    {
        var linear =
            model.AdaptableLinears.FirstOrDefault(candidate => candidate.Path == tensor.Path)
            ?? throw new InvalidAdapterOptionsException($"The model has no layer {tensor.Path}.");
        return linear.InFeatures == tensor.InFeatures && linear.OutFeatures == tensor.OutFeatures
            ? linear
            : throw new InvalidAdapterOptionsException(
                $"{tensor.Path} is {linear.OutFeatures} × {linear.InFeatures}; the layout says {tensor.OutFeatures} × {tensor.InFeatures}."
            );
    }
}
