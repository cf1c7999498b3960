using System.Collections.Immutable;
using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Federated.Aggregation.Grains;

/// <summary>A group over its journal stream: who belongs to it, and which runs it has.</summary>
internal sealed partial class GroupGrain(
    IJournal journal,
    AdapterLayouts layouts,
    [FromKeyedServices(GrainServices.Clock)] TimeProvider time,
    ILogger<GroupGrain> logger
) : Grain, IGroupGrain
{
    private const int LongestDisplayName = 100;

    private static readonly EventCodec<GroupEvent> Codec = new(
        ("invitation-issued", typeof(InvitationIssued)),
        ("node-joined", typeof(NodeJoined)),
        ("run-submitted", typeof(RunSubmitted))
    );

    private readonly LongPoll _poll = new();
    private GroupState _state = new();
    private JournalStream _stream = null!;

    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _stream = new(journal, StreamNames.OfGroup(Name), Abandon);
        foreach (var entry in await _stream.ReadOnAsync(cancellationToken))
        {
            _state = _state.Apply(Codec.Decode(entry));
        }
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _poll.Close();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task InviteAsync(Invitation invitation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(invitation.MaxNodes, 1);
        if (!_state.Invitations.ContainsKey(invitation.TokenHash))
        {
            await AppendAsync(
                new InvitationIssued(time.GetUtcNow(), invitation.TokenHash, invitation.ExpiresAt, invitation.MaxNodes)
            );
        }
    }

    /// <inheritdoc/>
    public async Task<JoinAnswer> JoinAsync(NodeJoining joining)
    {
        var nodeId = NodeId.Of(joining.PublicKey).Value;
        if (!_state.Members.Exists(member => member.NodeId == nodeId))
        {
            if (RefusesInvitation(joining.TokenHash) is { } because)
            {
                LogJoinRefused(because);
                return new(null, new(RejectionReason.InvalidInvitation, because, false));
            }

            var name =
                joining.DisplayName.Length <= LongestDisplayName
                    ? joining.DisplayName
                    : joining.DisplayName[..LongestDisplayName];
            await AppendAsync(new NodeJoined(time.GetUtcNow(), nodeId, joining.PublicKey, name, joining.TokenHash));
            LogJoined(nodeId, name);
        }

        // Also for a member: a crash between the two grains is repaired by joining again.
        var known = _state.Members.Find(member => member.NodeId == nodeId)!;
        await GrainFactory.GetGrain<INodeGrain>(nodeId).RegisterAsync(new(Name, known.PublicKey, known.DisplayName));
        return new(nodeId, null);
    }

    /// <inheritdoc/>
    public async Task<SubmitAnswer> SubmitAsync(RunSubmission submission)
    {
        try
        {
            var document = CanonicalRunDocument.Parse(submission.Document);
            var digest = CanonicalRunDocument.Digest(submission.Document);
            if (_state.Runs.Find(run => run.RunDigest == digest) is { } known)
            {
                return new(digest, known.Name, null);
            }

            if (Refuses(document) is { } error)
            {
                return new(null, null, error);
            }

            // The layout is made here too, so that a document that fits no layer is refused before anything is durable.
            await layouts.OfAsync(RunDocumentReading.Recipe(document, submission.Layers));
            var name = FreeName(document, digest);
            var start = new RunStart(submission.Document, name, Name, Participants(document), submission.Layers);
            if (await GrainFactory.GetGrain<IRunGrain>(digest).StartAsync(start) is { } refused)
            {
                return new(null, null, refused);
            }

            await AppendAsync(new RunSubmitted(time.GetUtcNow(), digest, name));
            LogSubmitted(name, digest);
            return new(digest, name, null);
        }
        catch (Exception exception) when (exception is RunDocumentException or InvalidAdapterOptionsException)
        {
            return new(null, null, exception.Message);
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<GroupMember>> MembersAsync() =>
        Task.FromResult<ImmutableArray<GroupMember>>([
            .. _state.Members.Select(member => new GroupMember(member.NodeId, member.DisplayName, member.At)),
        ]);

    /// <inheritdoc/>
    public Task<GroupRuns> RunsAsync() =>
        Task.FromResult(
            new GroupRuns(
                _state.Runs.Count,
                [.. _state.Runs.Select(run => new GroupRun(run.RunDigest, run.Name, run.At))]
            )
        );

    /// <inheritdoc/>
    public async Task<GroupRuns> WaitForRunsAsync(long afterRevision, TimeSpan wait, CancellationToken cancellation)
    {
        if (_state.Runs.Count == afterRevision)
        {
            await _poll.WaitAsync(wait, time, cancellation);
        }

        return await RunsAsync();
    }

    private string? RefusesInvitation(string tokenHash)
    {
        if (!_state.Invitations.TryGetValue(tokenHash, out var invitation))
        {
            return $"the token is not one of group '{Name}'; ask its operator for an invitation";
        }

        if (time.GetUtcNow() >= invitation.ExpiresAt)
        {
            return $"the invitation expired at {invitation.ExpiresAt:u}; ask for a new one";
        }

        return _state.Uses.GetValueOrDefault(tokenHash) < invitation.MaxNodes
            ? null
            : $"the invitation is used up: it admits {invitation.MaxNodes} node(s); ask for a new one";
    }

    private string? Refuses(RunDocument document)
    {
        if (document.Participants.Group is { } group && group != Name)
        {
            return $"participants.group = {group}; this is group '{Name}'";
        }

        foreach (var prefix in document.Participants.Nodes)
        {
            var matches = _state.Members.Count(member => member.NodeId.StartsWith(prefix, StringComparison.Ordinal));
            if (matches != 1)
            {
                return $"participants.nodes: {prefix} is the beginning of {matches} node ids of group '{Name}'; expected exactly 1";
            }
        }

        return document.Name is { } name && _state.Runs.Exists(run => run.Name == name)
            ? $"name = {name} is taken by another run of group '{Name}'; choose another name, or leave it out"
            : null;
    }

    private ImmutableArray<string>? Participants(RunDocument document) =>
        document.Participants.Nodes.Count == 0
            ? null
            :
            [
                .. document.Participants.Nodes.Select(prefix =>
                    _state.Members.First(member => member.NodeId.StartsWith(prefix, StringComparison.Ordinal)).NodeId
                ),
            ];

    private string FreeName(RunDocument document, string digest)
    {
        var name = document.Name ?? RunName.FromDigest(digest);
        return _state.Runs.Exists(run => run.Name == name) ? $"{name}-{digest[..6]}" : name;
    }

    private async Task AppendAsync(GroupEvent next)
    {
        await _stream.AppendAsync([Codec.Encode(next)]);
        _state = _state.Apply(next);
        _poll.Signal();
    }

    private void Abandon(string because)
    {
        LogAbandoned(Name, because);
        _poll.Close();
        DeactivateOnIdle();
    }
}
