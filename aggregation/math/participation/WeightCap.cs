using System.Globalization;

namespace Federated.Aggregation;

/// <summary>The largest weight that FedAU may give to one update.</summary>
/// <remarks>
/// With cap N no update is extrapolated: c = ω ÷ N, or q ω with declared sizes, stays at or below 1. Without a cap, as in the paper, a node that is rarely there
/// can be applied several times over (N = 5 and p = .02 overshoot by 6.4).
/// </remarks>
public readonly record struct WeightCap
{
    private readonly double _value;
    private readonly bool _none;

    private WeightCap(double value, bool none)
    {
        _value = value;
        _none = none;
    }

    /// <summary>1 ÷ q, which is the number of nodes in the run where all count the same, whatever it is at the time. The default.</summary>
    public static WeightCap Nodes => default;

    /// <summary>No cap.</summary>
    public static WeightCap None => new(0, true);

    /// <summary>A fixed cap, &gt; 0.</summary>
    public static WeightCap Of(double value)
    {
        if (!double.IsFinite(value) || value <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "weightCap must be a finite number above 0");
        }

        return new(value, false);
    }

    /// <summary>Reads "N", "none" or a number above 0.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static WeightCap Parse(string text) =>
        text switch
        {
            "N" => Nodes,
            "none" => None,
            _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                    && double.IsFinite(value)
                    && value > 0 => Of(value),
            _ => throw new FormatException($"weightCap = '{text}'; expected N, none or a number above 0"),
        };

    /// <summary>The weight, or the cap where it is smaller.</summary>
    /// <param name="weight">ω.</param>
    /// <param name="inverseShare">1 ÷ q of the node: N where all count the same.</param>
    public double Apply(double weight, double inverseShare)
    {
        if (_none)
        {
            return weight;
        }

        return Math.Min(weight, _value > 0 ? _value : inverseShare);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        _none ? "none"
        : _value > 0 ? _value.ToString("R", CultureInfo.InvariantCulture)
        : "N";
}
