using System.Globalization;
using Federated.Aggregation;
using Federated.Aggregation.Grains;
using Federated.Privacy.Accounting;

namespace Federated.Silo;

/// <summary>
/// The silo's own ledger of releases with central privacy: one file for all runs, with each node as a source. Like a node's ledger it is written ahead, chained and
/// never reset.
/// </summary>
internal sealed class CentralLedger : ICentralLedger, IDisposable
{
    private const string Unit = "node";
    private readonly Lazy<PrivacyLedger> _ledger;

    public CentralLedger(string path, TimeProvider time) =>
        // Runs without central privacy need no such file.
        _ledger = new(() => PrivacyLedger.Open(path, time));

    /// <inheritdoc/>
    public string? Charge(string runDigest, IReadOnlyCollection<string> nodes, CentralPrivacy privacy)
    {
        foreach (var node in nodes)
        {
            try
            {
                _ledger.Value.Reserve(
                    new ReservationRequest
                    {
                        Source = node,
                        RunDigest = runDigest,
                        // Who takes part is public, so nothing is gained by sampling.
                        SamplingRate = 1,
                        NoiseMultiplier = privacy.NoiseMultiplier,
                        Steps = privacy.Versions,
                        MaxGradNorm = privacy.Sensitivity,
                        Unit = Unit,
                        Delta = privacy.Delta,
                        Budget = new PrivacyBudget(privacy.BudgetEpsilon, privacy.BudgetDelta),
                    }
                );
            }
            catch (PrivacyBudgetExceededException e)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"aggregation.centralPrivacy.budget: node {node}: {e.Message}"
                );
            }
        }

        return null;
    }

    public void Dispose()
    {
        if (_ledger.IsValueCreated)
        {
            _ledger.Value.Dispose();
        }
    }
}
