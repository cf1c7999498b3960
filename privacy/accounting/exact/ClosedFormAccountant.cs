namespace Federated.Privacy.Accounting;

/// <summary>
/// The exact ε where a closed form exists: any number of full-batch Gaussian releases (they compose to one Gaussian), one
/// Poisson-sampled Gaussian step, or nothing at all.
/// </summary>
public sealed class ClosedFormAccountant : IPrivacyAccountant
{
    /// <inheritdoc/>
    public string Name => "exact";

    /// <inheritdoc/>
    public PrivacyGuarantee Epsilon(PrivacyEvent privacyEvent, double delta) =>
        TryEpsilon(privacyEvent, delta, out var guarantee)
            ? guarantee
            : throw new UnsupportedEventException(Name, privacyEvent);

    /// <summary>The exact ε, if the event has a closed form.</summary>
    /// <param name="privacyEvent">What was released.</param>
    /// <param name="delta">δ in (0, 1).</param>
    /// <param name="guarantee">ε between two bounds a few 1e-12 apart.</param>
    /// <exception cref="ArgumentOutOfRangeException">δ is outside (0, 1).</exception>
    /// <exception cref="UnsupportedEventException">The event is of a kind that no closed form covers at all.</exception>
    public bool TryEpsilon(PrivacyEvent privacyEvent, double delta, out PrivacyGuarantee guarantee)
    {
        PrivacyArgument.Delta(delta);
        var phases = EventPhases.Of(privacyEvent, Name);
        guarantee = new PrivacyGuarantee(double.PositiveInfinity, double.PositiveInfinity, delta, Name);
        if (phases.IsNonPrivate)
        {
            return true;
        }

        switch (phases.Phases)
        {
            case []:
                guarantee = new PrivacyGuarantee(0, 0, delta, Name);
                return true;
            case [{ Steps: 1 } step]:
                guarantee = OneStep(step, delta);
                return true;
            default:
                return false;
        }
    }

    private PrivacyGuarantee OneStep(EventPhase step, double delta)
    {
        (double Lower, double Upper) At(double epsilon) =>
            HockeyStick.Delta(step.SamplingRate, step.NoiseMultiplier, epsilon);

        var upper = Boundary(epsilon => At(epsilon).Upper <= delta).Above;
        var lower = Boundary(epsilon => At(epsilon).Lower < delta).Below;
        return new PrivacyGuarantee(upper, Math.Min(lower, upper), delta, Name);
    }

    /// <summary>The place on [0, ∞) where a test that fails first and holds later begins to hold, between two neighbouring values.</summary>
    private static (double Below, double Above) Boundary(Func<double, bool> holds)
    {
        if (holds(0))
        {
            return (0, 0);
        }

        var (below, above) = (0.0, 1e-3);
        while (!holds(above))
        {
            (below, above) = (above, above * 2);
            if (double.IsInfinity(above))
            {
                return (below, above);
            }
        }

        for (var i = 0; i < 200 && above - below > 1e-15 * above; i++)
        {
            var middle = 0.5 * (below + above);
            (below, above) = holds(middle) ? (below, middle) : (middle, above);
        }

        return (below, above);
    }
}
