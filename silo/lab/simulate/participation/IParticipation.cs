namespace Federated.Lab.Simulate;

/// <summary>Who would take part in which round, whatever the silo does: the same for every method that is compared.</summary>
internal interface IParticipation
{
    /// <summary>How many rounds are known; null = as many as are asked for.</summary>
    long? Rounds { get; }

    /// <summary>The nodes that take part in a round, ascending.</summary>
    /// <param name="round">From 0; asked in rising order.</param>
    IReadOnlyList<int> Of(long round);
}
