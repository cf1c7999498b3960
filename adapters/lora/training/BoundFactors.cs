using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>Factors of one layer that stand in for the adapter's own while something is differentiated; null where its own are used.</summary>
/// <param name="A">[r, in], or [b, r, in], one a record.</param>
/// <param name="B">[out, r], or [b, out, r], one a record; r instead of out where it is the core.</param>
internal readonly record struct BoundFactors(Tensor? A, Tensor? B)
{
    /// <summary>
    /// Cuts a flat vector, [d] or [b, d], into the factors of its layout. One split node cuts all of them, so that backward gives one
    /// gradient of the vector's own shape.
    /// </summary>
    /// <param name="layout">What the vector holds.</param>
    /// <param name="values">The vector.</param>
    /// <returns>One for each layer.</returns>
    public static BoundFactors[] Cut(AdapterLayout layout, Tensor values)
    {
        var perExample = values.dim() == 2;
        long[] front = perExample ? [values.shape[0]] : [];
        var parts = new Queue<Tensor>(values.split([.. Lengths(layout)], perExample ? 1 : 0));
        return
        [
            .. layout.Tensors.Select(tensor => new BoundFactors(
                tensor.Holds.HasFlag(HeldFactors.A)
                    ? parts.Dequeue().reshape([.. front, tensor.Rank, tensor.InFeatures])
                    : null,
                tensor.Holds.HasFlag(HeldFactors.B)
                    ? parts.Dequeue().reshape([.. front, tensor.RowsOfB, tensor.Rank])
                    : null
            )),
        ];
    }

    private static IEnumerable<long> Lengths(AdapterLayout layout)
    {
        foreach (var tensor in layout.Tensors)
        {
            if (tensor.Holds.HasFlag(HeldFactors.A))
            {
                yield return tensor.LengthOfA;
            }

            if (tensor.Holds.HasFlag(HeldFactors.B))
            {
                yield return tensor.LengthOfB;
            }
        }
    }
}
