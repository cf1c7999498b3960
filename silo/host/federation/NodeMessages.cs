using Federated.Aggregation.Grains;
using Federated.Protocol;
using Federated.Protocol.V1;
using Google.Protobuf;

namespace Federated.Silo;

/// <summary>Between the messages of federation.proto and those of the grains: names and units only, no decisions.</summary>
internal static class NodeMessages
{
    public static NodeCheckIn ToGrain(this CheckInRequest request) =>
        new(
            request.LedgerHead.ToMark(),
            TimeSpan.FromMilliseconds(Math.Max(0, request.WaitMs)),
            [.. request.DeclinedRuns],
            PlainText.Of(request.Capabilities?.SoftwareVersion ?? "", NodeText.LongestVersion)
        );

    public static NodeProgress ToGrain(this HeartbeatRequest request) =>
        new(
            request.RunDigest.Length == 0 ? null : request.RunDigest,
            request.BaseVersion,
            PhaseName(request.Phase),
            request.Step,
            request.Steps,
            request.BytesSent,
            request.BytesReceived,
            request.EpsilonReserved,
            request.EpsilonBudget,
            request.EpsilonOfStepsDone
        );

    public static UpdateOffer ToGrain(this UploadHeader header, string nodeId) =>
        new(
            nodeId,
            header.RunDigest,
            header.Epoch,
            header.BaseVersion,
            header.BaseDigest,
            header.UpdateDigest,
            header.Length,
            header.Attestation.ToByteArray(),
            header.AttestationSignature.ToByteArray()
        );

    public static CheckInReply ToReply(this CheckInAnswer answer, DateTimeOffset now)
    {
        var reply = Answer(answer, now);
        if (answer.KnownLedger is { } known)
        {
            reply.KnownLedger = new LedgerHead { Sequence = known.Sequence, Hash = known.Hash };
        }

        return reply;
    }

    private static CheckInReply Answer(CheckInAnswer answer, DateTimeOffset now) =>
        answer switch
        {
            { Assignment: { } work } => new CheckInReply
            {
                Assignment = new Assignment
                {
                    RunDigest = work.RunDigest,
                    RunName = work.RunName,
                    Epoch = work.Epoch,
                    BaseVersion = work.BaseVersion,
                    BaseDigest = work.BaseDigest,
                    BaseLength = work.BaseLength,
                    ResidualDigest = work.ResidualDigest,
                    DeadlineMs = work.Deadline is { } deadline
                        ? (long)Math.Max(1, (deadline - now).TotalMilliseconds)
                        : 0,
                },
            },
            { Offer: { } offer } => new CheckInReply
            {
                Offer = new RunOffer { RunDigest = offer.RunDigest, Document = ByteString.CopyFrom(offer.Document) },
            },
            { Ended: { } ended } => new CheckInReply
            {
                Ended = new RunEnded
                {
                    RunDigest = ended.RunDigest,
                    Outcome = ended.Outcome,
                    Reason = ended.Reason,
                    FinalVersion = ended.FinalVersion,
                    FinalDigest = ended.FinalDigest,
                    FinalResidualDigest = ended.FinalResidualDigest,
                },
            },
            { Refused: { } refused } => new CheckInReply { Refusal = Refusals.Message(refused) },
            _ => new CheckInReply
            {
                Wait = new Wait
                {
                    RetryAfterMs = (long)(answer.Wait?.RetryAfter.TotalMilliseconds ?? 0),
                    Reason = answer.Wait?.Reason ?? "",
                },
            },
        };

    public static Command ToMessage(this NodeCommand command) =>
        command switch
        {
            NodeCommand.Cancel => Command.Cancel,
            NodeCommand.Pause => Command.Pause,
            NodeCommand.Drain => Command.Drain,
            _ => Command.Continue,
        };

    private static LedgerMark ToMark(this LedgerHead? head) => new(head?.Sequence ?? 0, head?.Hash ?? "");

    private static string PhaseName(Phase phase) =>
        phase switch
        {
            Phase.Downloading => "downloading",
            Phase.Training => "training",
            Phase.Sealing => "sealing",
            Phase.Uploading => "uploading",
            Phase.Waiting => "waiting",
            _ => "idle",
        };
}
