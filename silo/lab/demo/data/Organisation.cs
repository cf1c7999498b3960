namespace Federated.Lab.Demo.Data;

/// <summary>One organisation's records, in a file that becomes its node's data.</summary>
/// <param name="Name">Unique; names the node and its folder.</param>
/// <param name="RecordsFile">JSON lines: <c>{"text": "...", "group": "..."}</c>.</param>
/// <param name="Records">How many records the file holds.</param>
internal sealed record Organisation(string Name, string RecordsFile, int Records)
{
    /// <summary>The share of records that a node holds out.</summary>
    public const double HoldOutShare = 0.1;

    /// <summary>What stands for the number that an owner would choose: the count in two digits, rounded down.</summary>
    /// <remarks>
    /// It fixes the sampling rate, so a real owner's number must not follow the data; these records are published packages, and the lab
    /// has nobody to choose for them.
    /// </remarks>
    public int DeclaredRecords
    {
        get
        {
            var unit = 1;
            while (Records / unit >= 100)
            {
                unit *= 10;
            }

            return Records / unit * unit;
        }
    }

    /// <summary>q of a run with the given batch: the chance of a training record to be in a step's batch.</summary>
    public double SamplingRate(int expectedBatchSize) =>
        Math.Min(1, expectedBatchSize / Math.Floor(DeclaredRecords * (1 - HoldOutShare)));
}
