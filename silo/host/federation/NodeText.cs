using System.Globalization;
using Federated.Protocol;
using Federated.Protocol.V1;
using Grpc.Core;

namespace Federated.Silo;

/// <summary>
/// Bounds on what a node writes freely: it is kept in journals and shown to operators, so none may grow a journal without end
/// or write to a terminal.
/// </summary>
internal static class NodeText
{
    /// <summary>Characters kept of the reason of a consent.</summary>
    public const int LongestReason = 500;

    /// <summary>Characters kept of a software version.</summary>
    public const int LongestVersion = 64;

    /// <summary>Characters kept of a display name.</summary>
    public const int LongestName = 100;

    /// <summary>Runs that one check-in may decline.</summary>
    public const int MostDeclinedRuns = 1000;

    /// <summary>A run is asked for by its digest only: nothing else has a grain.</summary>
    /// <exception cref="RpcException">InvalidArgument: not 64 lowercase hex digits.</exception>
    public static string RequireDigest(string field, string digest) =>
        Sha256Text.IsDigest(digest)
            ? digest
            : throw Invalid($"{field} = \"{PlainText.Of(digest, 80)}\"; expected 64 lowercase hex digits (SHA-256).");

    /// <summary>Refuses a check-in whose ledger head or declined runs cannot be some.</summary>
    /// <exception cref="RpcException">InvalidArgument, with the field.</exception>
    public static void Require(CheckInRequest request)
    {
        if (request.LedgerHead is { } head)
        {
            if (head.Sequence < 0)
            {
                throw Invalid($"ledger_head.sequence = {head.Sequence}; expected 0 or more.");
            }

            if (head.Hash.Length > 0)
            {
                RequireDigest("ledger_head.hash", head.Hash);
            }
        }

        if (request.DeclinedRuns.Count > MostDeclinedRuns)
        {
            throw Invalid(
                $"declined_runs has {request.DeclinedRuns.Count} entries; expected at most {MostDeclinedRuns}: "
                    + "name the runs declined last."
            );
        }

        foreach (var run in request.DeclinedRuns)
        {
            RequireDigest("declined_runs", run);
        }
    }

    /// <summary>Refuses a heartbeat whose numbers cannot be some. An infinite ε can: a budget may be that.</summary>
    /// <exception cref="RpcException">InvalidArgument, with the field.</exception>
    public static void Require(HeartbeatRequest request)
    {
        if (request.RunDigest.Length > 0)
        {
            RequireDigest("run_digest", request.RunDigest);
        }

        RequireEpsilon("epsilon_reserved", request.EpsilonReserved);
        RequireEpsilon("epsilon_budget", request.EpsilonBudget);
        RequireEpsilon("epsilon_of_steps_done", request.EpsilonOfStepsDone);
    }

    private static void RequireEpsilon(string field, double epsilon)
    {
        if (!(epsilon >= 0))
        {
            throw Invalid(string.Create(CultureInfo.InvariantCulture, $"{field} = {epsilon}; expected 0 or more."));
        }
    }

    private static RpcException Invalid(string message) => new(new Status(StatusCode.InvalidArgument, message));
}
