using System.Globalization;
using System.Text;

namespace Federated.Adapters;

/// <summary>The text whose hash is a layout's digest. Layouts of frozen A read as they did before there were others.</summary>
internal static class LayoutText
{
    public static string Of(AdapterLayout layout)
    {
        var options = layout.Options;
        var text = new StringBuilder("federated-adapter-layout-v1\n");
        var scaling = options.Scaling == LoraScaling.RsLora ? "rslora" : "lora";
        text.Append(CultureInfo.InvariantCulture, $"alpha {options.Alpha:R}\nscaling {scaling}\n");
        if (options.Factors != TrainedFactors.B)
        {
            var factors = options.Factors switch
            {
                TrainedFactors.AB => "ab",
                TrainedFactors.Core => "core",
                TrainedFactors.Slices => "slices",
                _ => "alternating",
            };
            var holds = layout.Holds switch
            {
                HeldFactors.A => "a",
                HeldFactors.B => "b",
                _ => "ab",
            };
            text.Append(CultureInfo.InvariantCulture, $"factors {factors}\nholds {holds}\n");
        }

        var origin =
            options.Factors == TrainedFactors.Slices ? FrozenSlice.AlgorithmId
            : options.Initial is null ? FrozenFactor.AlgorithmId
            : "given";
        text.Append(CultureInfo.InvariantCulture, $"frozen {origin}\n");
        foreach (var t in layout.Tensors)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{t.Path} {t.Rank} {t.InFeatures} {t.OutFeatures} {t.FrozenDigest}{(t.BasisDigest is { } basis ? $" {basis}" : "")}\n"
            );
        }

        return text.ToString();
    }
}
