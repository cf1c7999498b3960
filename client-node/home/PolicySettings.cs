namespace Federated.ClientNode;

/// <summary>What the owner agrees to.</summary>
internal sealed record PolicySettings
{
    /// <summary>Who says yes to a run.</summary>
    public ConsentMode Consent { get; init; } = ConsentMode.Ask;

    /// <summary>Digests of runs that are accepted without asking, for <see cref="ConsentMode.List"/>.</summary>
    public IReadOnlyList<string> Runs { get; init; } = [];

    /// <summary>The most ε that one run's whole plan may cost; null: what is left of the budget.</summary>
    public double? MaxEpsilonPerRun { get; init; }

    /// <summary>True: runs with seeded noise, which anybody can subtract, are allowed. For tests with public data only.</summary>
    public bool AllowTestNoise { get; init; }

    /// <summary>True: runs without any noise are allowed. For public data only.</summary>
    public bool AllowNonPrivate { get; init; }

    /// <summary>True: runs may ask for noised losses on held-out records; they tell how many records were declared.</summary>
    public bool AllowMetrics { get; init; }

    /// <summary>True: runs may weigh this node by its declared number of records (or subjects), which the silo learns at consent.</summary>
    public bool ShareDeclaredRecords { get; init; }

    /// <summary>True: heartbeats carry the ledger's ε numbers to the operator.</summary>
    public bool ShowEpsilon { get; init; }
}
