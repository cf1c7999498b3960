using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Federated.Aggregation.Grains;

/// <summary>A group by its name: owns nodes and runs.</summary>
[Alias("federated.group")]
public interface IGroupGrain : IGrainWithStringKey
{
    /// <summary>Lets nodes join with a token. Repeating it is harmless.</summary>
    [Alias("invite")]
    Task InviteAsync(Invitation invitation);

    /// <summary>Makes a machine's key a member. The same key again gets the same answer, whatever has become of the invitation.</summary>
    [Alias("join")]
    Task<JoinAnswer> JoinAsync(NodeJoining joining);

    /// <summary>Starts a run. The same document again is the same run.</summary>
    [Alias("submit")]
    Task<SubmitAnswer> SubmitAsync(RunSubmission submission);

    /// <summary>The group's nodes in the order of joining.</summary>
    [Alias("members")]
    [AlwaysInterleave]
    Task<ImmutableArray<GroupMember>> MembersAsync();

    /// <summary>The group's runs.</summary>
    [Alias("runs")]
    [AlwaysInterleave]
    Task<GroupRuns> RunsAsync();

    /// <summary>The group's runs, as soon as there are others than at <paramref name="afterRevision"/>, or after <paramref name="wait"/>.</summary>
    [Alias("wait-for-runs")]
    [AlwaysInterleave]
    Task<GroupRuns> WaitForRunsAsync(long afterRevision, TimeSpan wait, CancellationToken cancellation);
}
