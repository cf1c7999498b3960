namespace Federated.Privacy.Accounting.Pld;

/// <summary>Gauss–Legendre rules on [0, 1], as few nodes as a panel needs.</summary>
internal static class GaussLegendre
{
    private static readonly (double Node, double Weight)[] Two = [(0.2113248654051871, 0.5), (0.7886751345948129, 0.5)];
    private static readonly (double Node, double Weight)[] Three =
    [
        (0.1127016653792583, 5.0 / 18),
        (0.5, 8.0 / 18),
        (0.8872983346207417, 5.0 / 18),
    ];
    private static readonly (double Node, double Weight)[] Four =
    [
        (0.06943184420297371, 0.17392742256872692),
        (0.33000947820757187, 0.32607257743127308),
        (0.6699905217924281, 0.32607257743127308),
        (0.9305681557970262, 0.17392742256872692),
    ];

    /// <summary>The rule whose relative error is below 1e-13 on a panel.</summary>
    /// <param name="length">The panel's length, in units over which the integrand changes by a factor e; at most 0.25.</param>
    public static ReadOnlySpan<(double Node, double Weight)> For(double length) =>
        // h⁴/4320, h⁶/2016000 and h⁸/1778112000 bound the relative errors.
        length < 0.004
            ? Two
        : length < 0.02 ? Three
        : Four;
}
