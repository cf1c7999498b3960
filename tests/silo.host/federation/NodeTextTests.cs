using Federated.Protocol;
using Federated.Protocol.V1;
using Grpc.Core;

namespace Federated.Silo.Tests;

public sealed class NodeTextTests(SiloUnderTest silo) : IClassFixture<SiloUnderTest>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, "zz")]
    [InlineData(0, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData(-1, "")]
    public async Task A_ledger_head_that_cannot_be_one_is_refused(long sequence, string hash)
    {
        var request = new CheckInRequest
        {
            Capabilities = TestNode.Capabilities,
            LedgerHead = new LedgerHead { Sequence = sequence, Hash = hash },
        };

        await RefusedAsync(request, "ledger_head");
    }

    [Fact]
    public async Task More_declined_runs_than_a_silo_reads_are_refused()
    {
        var request = new CheckInRequest { Capabilities = TestNode.Capabilities };
        request.DeclinedRuns.AddRange(Enumerable.Repeat(new string('a', 64), 1001));

        await RefusedAsync(request, "declined_runs");
    }

    [Fact]
    public async Task A_declined_run_is_named_by_its_digest()
    {
        var request = new CheckInRequest { Capabilities = TestNode.Capabilities };
        request.DeclinedRuns.Add(new string('a', 100_000));

        await RefusedAsync(request, "declined_runs");
    }

    [Fact]
    public async Task A_consent_names_a_run_by_its_digest()
    {
        using var node = await TestNode.JoinedAsync(silo);

        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await node.Calls.ConsentAsync(new ConsentRequest { RunDigest = "x" }, node.Signed("Consent"))
        );

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public async Task What_a_node_writes_cannot_steer_a_terminal_and_has_an_end()
    {
        using var client = silo.Operator();
        var invitation = await client.PostAsync<IssuedInvitation>("/api/invitations", null, Cancellation);
        using var node = new TestNode(silo.Host.GrpcAddress);
        await node.JoinAsync(invitation.Token, name: "a\e[2Jb\u202e" + new string('n', 1000));
        var capabilities = TestNode.Capabilities;
        capabilities.SoftwareVersion = "\n" + new string('v', 1000);
        await node.Calls.CheckInAsync(
            new CheckInRequest { Capabilities = capabilities, WaitMs = 0 },
            node.Signed("CheckIn")
        );

        var nodes = await client.GetAsync<List<NodeView>>("/api/nodes", Cancellation);

        var shown = Assert.Single(nodes, view => view.NodeId == node.Id);
        Assert.Equal("a\uFFFD[2Jb\uFFFD" + new string('n', 93), shown.Name);
        Assert.Equal("\uFFFD" + new string('v', 63), shown.SoftwareVersion);
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(1, -1)]
    [InlineData(double.NegativeInfinity, 1)]
    public async Task Numbers_that_no_ledger_has_are_refused(double reserved, double budget)
    {
        using var node = await TestNode.JoinedAsync(silo);

        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await node.Calls.HeartbeatAsync(
                new HeartbeatRequest { EpsilonReserved = reserved, EpsilonBudget = budget },
                node.Signed("Heartbeat")
            )
        );

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains("epsilon", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_without_a_bound_on_its_budget_hides_no_other_from_the_operator()
    {
        using var node = await TestNode.JoinedAsync(silo);
        using var client = silo.Operator();

        await node.Calls.HeartbeatAsync(
            new HeartbeatRequest { EpsilonBudget = double.PositiveInfinity },
            node.Signed("Heartbeat")
        );

        var nodes = await client.GetAsync<List<NodeView>>("/api/nodes", Cancellation);
        Assert.Equal(double.PositiveInfinity, Assert.Single(nodes, view => view.NodeId == node.Id).EpsilonBudget);
    }

    [Fact]
    public void A_cut_leaves_no_half_of_a_character() => Assert.Equal("a", PlainText.Of("a\U0001F600", 2));

    private async Task RefusedAsync(CheckInRequest request, string field)
    {
        using var node = await TestNode.JoinedAsync(silo);
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await node.Calls.CheckInAsync(request, node.Signed("CheckIn"))
        );
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains(field, refused.Status.Detail, StringComparison.Ordinal);
    }
}
