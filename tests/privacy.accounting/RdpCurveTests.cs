namespace Federated.Privacy.Accounting.Tests;

public sealed class RdpCurveTests
{
    [Fact]
    public void The_curve_is_within_1e_minus_10_of_forty_digits()
    {
        var worst = 0.0;
        var worstRow = "";
        foreach (var row in Vectors.Rows("dp_rdp_curve.json"))
        {
            var step = new PoissonSampledGaussianEvent(row.Number("q"), row.Number("sigma"));
            var ours = new RdpAccountant().Divergence(step, row.Number("order"));
            var exact = row.Number("rdp_exact");
            var error = Math.Abs((ours / exact) - 1);
            if (!(error <= worst))
            {
                (worst, worstRow) = (error, $"{ours} for {row}");
            }
        }

        Assert.True(worst <= 1e-10, $"{worst}: {worstRow}");
    }
}
