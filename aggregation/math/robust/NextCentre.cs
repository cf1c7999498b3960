using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>The step of a version in units of one node's update: where centered clipping starts in the next one (Karimireddy et al. 2021, Algorithm 2).</summary>
/// <param name="values">Filled.</param>
/// <param name="unit">Σ C of the version.</param>
internal sealed class NextCentre(float[] values, double unit)
{
    /// <summary>Takes a block of Σ c Δ.</summary>
    public void Note(int offset, ReadOnlySpan<double> sum)
    {
        for (var j = 0; j < sum.Length; j++)
        {
            values[offset + j] = (float)(sum[j] / unit);
        }
    }

    /// <summary>As an update's blob, since the next merge reads it beside those.</summary>
    public byte[] ToBlob(AdapterLayout layout) => AdapterBlob.Encode(AdapterBlobKind.Update, layout, values);
}
