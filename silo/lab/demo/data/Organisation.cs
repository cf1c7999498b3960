using Federated.ClientNode;

namespace Federated.Lab.Demo.Data;

/// <summary>One organisation's records, in a file that becomes its node's data.</summary>
/// <param name="Name">Unique; names the node and its folder.</param>
/// <param name="RecordsFile">JSON lines: <c>{"text": "...", "group": "..."}</c>.</param>
/// <param name="Records">How many records the file holds.</param>
internal sealed record Organisation(string Name, string RecordsFile, int Records)
{
    /// <summary>The share of records that a node holds out.</summary>
    public const double HoldOutShare = 0.1;

    /// <summary>The coarse count that the owner declares: two digits, rounded down.</summary>
    /// <remarks>It fixes the sampling rate, so it must not depend on any one record.</remarks>
    public int DeclaredRecords => JoinOptions.Coarse(Records);

    /// <summary>q of a run with the given batch: the chance of a training record to be in a step's batch.</summary>
    public double SamplingRate(int expectedBatchSize) =>
        Math.Min(1, expectedBatchSize / Math.Floor(DeclaredRecords * (1 - HoldOutShare)));
}
