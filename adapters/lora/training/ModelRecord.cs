namespace Federated.Adapters;

/// <summary>One record as a model takes it: a text (<see cref="TokenSequence"/>) or an image (<see cref="ImageExample"/>).</summary>
public abstract record ModelRecord
{
    /// <summary>How much of a piece it fills, in tokens; see <see cref="MicroBatches"/>.</summary>
    public abstract int Room { get; }
}
