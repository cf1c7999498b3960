namespace Federated.Lab.Demo.Data;

/// <summary>One organisation's records, in a file that becomes its node's data.</summary>
/// <param name="Name">Unique; names the node and its folder.</param>
/// <param name="RecordsFile">JSON lines: <c>{"text": "...", "group": "..."}</c>.</param>
/// <param name="Records">How many records the file holds.</param>
internal sealed record Organisation(string Name, string RecordsFile, int Records)
{
    /// <summary>The coarse count that the owner declares: the nine tenths that are not held out, to two digits.</summary>
    /// <remarks>It fixes the sampling rate, so it must not depend on any one record.</remarks>
    public int DeclaredRecords
    {
        get
        {
            var expected = Records * 9 / 10;
            var unit = Math.Max(1, (int)Math.Pow(10, Math.Floor(Math.Log10(Math.Max(1, expected))) - 1));
            return Math.Max(1, expected / unit * unit);
        }
    }

    /// <summary>q: the chance of a record to be in a step's batch.</summary>
    public double SamplingRate => Math.Min(1, (double)DemoDefaults.ExpectedBatchSize / DeclaredRecords);
}
