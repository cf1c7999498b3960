namespace Federated.Privacy.Accounting.Numerics;

/// <summary>Golden-section search for the minimum of a function with one valley.</summary>
internal static class GoldenSection
{
    private const double Ratio = 0.6180339887498949;

    public static (double Value, double At) Minimise(
        Func<double, double> function,
        double low,
        double high,
        double tolerance
    )
    {
        var left = high - (Ratio * (high - low));
        var right = low + (Ratio * (high - low));
        var (atLeft, atRight) = (function(left), function(right));
        while (high - low > tolerance)
        {
            if (atLeft <= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (Ratio * (high - low));
                atLeft = function(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (Ratio * (high - low));
                atRight = function(right);
            }
        }

        return atLeft <= atRight ? (atLeft, left) : (atRight, right);
    }
}
