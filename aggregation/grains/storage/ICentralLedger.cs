namespace Federated.Aggregation.Grains;

/// <summary>What the releases of this silo's runs with central privacy have cost each node. Durable before a call returns.</summary>
public interface ICentralLedger
{
    /// <summary>Charges nodes with a whole run; a node that is charged already is not charged again.</summary>
    /// <param name="runDigest">The run.</param>
    /// <param name="nodes">The nodes of the version that is about to be released.</param>
    /// <param name="privacy">The run's guarantee and budget.</param>
    /// <returns>Null, or why the release would exceed a node's budget: then nothing may be released.</returns>
    string? Charge(string runDigest, IReadOnlyCollection<string> nodes, CentralPrivacy privacy);
}
