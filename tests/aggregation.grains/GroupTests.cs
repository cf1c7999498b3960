using Federated.Privacy.Accounting;

namespace Federated.Aggregation.Grains.Tests;

public sealed class GroupTests(SiloFixture silo) : IClassFixture<SiloFixture>
{
    [Fact]
    public async Task An_invitation_admits_as_many_nodes_as_it_says_and_a_member_may_repeat()
    {
        var group = silo.Grains.GetGrain<IGroupGrain>("invited");
        var token = Federation.TokenHash("secret");
        using var first = NodeIdentity.Create();
        using var second = NodeIdentity.Create();
        await group.InviteAsync(new(token, silo.Time.GetUtcNow().AddHours(1), 1));
        Assert.Equal(first.Id.Value, (await JoinAsync(group, token, first)).NodeId);
        Assert.Contains("used up", (await JoinAsync(group, token, second)).Refused!.Message, StringComparison.Ordinal);
        silo.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(first.Id.Value, (await JoinAsync(group, token, first)).NodeId);
        Assert.Single(await group.MembersAsync());
        Assert.Equal(
            first.PublicKey.ToArray(),
            await silo.Grains.GetGrain<INodeGrain>(first.Id.Value).PublicKeyAsync()
        );
    }

    [Fact]
    public async Task An_unknown_or_expired_token_is_refused()
    {
        var group = silo.Grains.GetGrain<IGroupGrain>("expired");
        using var node = NodeIdentity.Create();
        var token = Federation.TokenHash("late");
        Assert.Equal(RejectionReason.InvalidInvitation, (await JoinAsync(group, token, node)).Refused!.Reason);
        await group.InviteAsync(new(token, silo.Time.GetUtcNow().AddHours(1), 1));
        silo.Time.Advance(TimeSpan.FromHours(1));
        Assert.Contains("expired", (await JoinAsync(group, token, node)).Refused!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_document_is_the_same_run_and_its_name_is_nobody_elses()
    {
        using var federation = await Federation.JoinedAsync(silo, 1, new() { Cohort = 1 }, "same", "fair-name");
        await federation.SubmitAsync();
        await federation.SubmitAsync();
        Assert.Single((await federation.GroupGrain.RunsAsync()).Runs);
        var other = Federation.Some(new() { Cohort = 1 }, "same", "fair-name", versions: 9);
        Assert.Contains("taken", await ErrorAsync(federation, other), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_are_named_by_a_unique_prefix_and_others_are_not_asked()
    {
        using var federation = await Federation.JoinedAsync(silo, 2, new() { Cohort = 1 }, "prefix");
        var document = Federation.Some(new() { Cohort = 1 }, "prefix", "by-prefix") with
        {
            Participants = new() { Nodes = [federation.Id(0)[..10]] },
        };
        var bytes = Federated.Protocol.CanonicalRunDocument.Bytes(document);
        var answer = await federation.GroupGrain.SubmitAsync(new(bytes, Federation.Layers));
        Assert.Null(answer.Error);
        var run = silo.Grains.GetGrain<IRunGrain>(answer.RunDigest!);
        Assert.NotNull((await run.AnswerAsync(federation.Id(0))).Offer);
        Assert.Null((await run.AnswerAsync(federation.Id(1))).Offer);
        Assert.False((await run.ConsentAsync(federation.Id(1), true, "")).Admitted);
    }

    [Theory]
    [InlineData("other group", "participants.group")]
    [InlineData("unknown node", "participants.nodes")]
    [InlineData("target", "adapter.targets")]
    [InlineData("rank", "adapter.rank")]
    public async Task A_document_that_cannot_run_here_is_refused_with_its_field(string wrong, string field)
    {
        using var federation = await Federation.JoinedAsync(
            silo,
            1,
            new() { Cohort = 1 },
            "bad-" + wrong.Replace(' ', '-')
        );
        var document = Federation.Some(new() { Cohort = 2 }, federation.Group);
        document = wrong switch
        {
            "other group" => document with { Participants = new() { Group = "elsewhere" } },
            "unknown node" => document with { Participants = new() { Nodes = ["0123456789", "1123456789"] } },
            "target" => document with { Adapter = document.Adapter with { Targets = ["mlp"] } },
            _ => document with { Adapter = document.Adapter with { Rank = 64 } },
        };
        Assert.Contains(field, await ErrorAsync(federation, document), StringComparison.Ordinal);
        Assert.Empty((await federation.GroupGrain.RunsAsync()).Runs);
    }

    [Fact]
    public async Task Bytes_that_are_not_canonical_are_refused()
    {
        using var federation = await Federation.JoinedAsync(silo, 1, new() { Cohort = 1 }, "canonical");
        var answer = await federation.GroupGrain.SubmitAsync(new([.. federation.Bytes, (byte)' '], Federation.Layers));
        Assert.Contains("canonical", answer.Error, StringComparison.Ordinal);
    }

    private static Task<JoinAnswer> JoinAsync(IGroupGrain group, string token, NodeIdentity node) =>
        group.JoinAsync(new(token, node.PublicKey.ToArray(), "n"));

    private static async Task<string> ErrorAsync(Federation federation, Federated.Protocol.RunDocument document)
    {
        var bytes = Federated.Protocol.CanonicalRunDocument.Bytes(document);
        return (await federation.GroupGrain.SubmitAsync(new(bytes, Federation.Layers))).Error ?? "";
    }
}
