using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>Between the layers of PEFT files and factors in double precision.</summary>
internal static class AdapterLayers
{
    /// <summary>A layer's factors, with a factor on B.</summary>
    public static FactorPair PairOf(PeftLayer layer, double factor)
    {
        var pair = FactorPair.FromRows(layer.B.Span, layer.A.Span, layer.Rank);
        if (factor == 1)
        {
            return pair;
        }

        for (var k = 0; k < pair.Rank; k++)
        {
            foreach (ref var value in pair.B[k])
            {
                value *= factor;
            }
        }

        return pair;
    }

    /// <summary>Factors as a layer with the path, shape and scale of another. A product of rank 0 becomes one of zeros.</summary>
    public static PeftLayer Of(PeftLayer like, FactorPair pair)
    {
        var rank = Math.Max(1, pair.Rank);
        var (b, a) = (new float[like.OutFeatures * rank], new float[rank * like.InFeatures]);
        if (pair.Rank > 0)
        {
            pair.WriteB(b);
            pair.WriteA(a);
        }

        return like with
        {
            Rank = rank,
            B = b,
            A = a,
        };
    }

    /// <summary>ΔW of a layer, scale included.</summary>
    public static ProductSum SumOf(PeftLayer layer) =>
        new ProductSum(layer.OutFeatures, layer.InFeatures).Add(layer.Scale, PairOf(layer, 1));
}
