using System.Numerics.Tensors;

namespace Federated.Adapters;

/// <summary>Directions as the rows of a factor.</summary>
internal static class OrthonormalRows
{
    /// <summary>Orthonormal to the last bits (modified Gram–Schmidt, twice), with a sign of their own, rounded to float32.</summary>
    /// <param name="directions">Unit vectors, orthogonal but for rounding.</param>
    /// <param name="width">Their length.</param>
    /// <returns>[r, width], row-major.</returns>
    public static float[] Of(ReadOnlySpan<double[]> directions, int width)
    {
        var rows = new List<double[]>();
        var factor = new float[directions.Length * width];
        foreach (var direction in directions)
        {
            var row = direction.ToArray();
            foreach (var earlier in rows.Concat(rows).ToList())
            {
                TensorPrimitives.MultiplyAdd<double>(earlier, -TensorPrimitives.Dot<double>(row, earlier), row, row);
            }

            // An eigenvector has no sign: its largest element is positive.
            var norm = TensorPrimitives.Norm<double>(row);
            var sign = row[TensorPrimitives.IndexOfMaxMagnitude<double>(row)] < 0 ? -norm : norm;
            for (var k = 0; k < width; k++)
            {
                row[k] /= sign;
                factor[(rows.Count * width) + k] = (float)row[k];
            }

            rows.Add(row);
        }

        return factor;
    }
}
