using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>A run whose whole plan is reserved in the ledger and to whose document the owner has agreed.</summary>
/// <param name="Digest">Identity of the document.</param>
/// <param name="Document">The document.</param>
/// <param name="ReservationId">Its plan in the ledger.</param>
/// <param name="Plan">The plan: sampling rate, noise multiplier and steps, fixed at consent.</param>
/// <param name="Epsilon">ε of the whole plan; +∞ for a run without a guarantee.</param>
/// <param name="Delta">δ of the plan.</param>
internal sealed record ConsentedRun(
    string Digest,
    RunDocument Document,
    string ReservationId,
    ReservationRequest Plan,
    double Epsilon,
    double Delta
)
{
    /// <summary>The run's name for people.</summary>
    public string Name => Document.Name ?? RunName.FromDigest(Digest);

    /// <summary>ε of some steps of the plan: valid only if the stop does not depend on the data. +∞ without a guarantee.</summary>
    /// <param name="steps">0 … the plan's steps.</param>
    public double EpsilonOf(long steps) =>
        !Plan.IsPrivate ? double.PositiveInfinity
        : steps == 0 ? 0
        : Accountants.Best((Plan with { Steps = steps }).ToEvent(), Delta).Epsilon;
}
