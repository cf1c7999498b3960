using Federated.Privacy.Accounting;

namespace Federated.ClientNode.Tests;

/// <summary>What the loop does with a silo that breaks off, forgets, signs wrongly or refuses.</summary>
public sealed class RoundLoopAnswerTests
{
    [Fact]
    public async Task A_silo_that_breaks_off_gets_the_same_bytes_until_it_answers()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        var bases = new List<long>();
        var breaks = 2;
        node.Silo.BeforeReceipt = _ =>
        {
            if (breaks-- > 0)
            {
                throw new SiloUnreachableException("gone");
            }
        };

        await node.RunAsync(inner => new CountingTraining(inner, bases));

        Assert.Equal(3, node.Silo.Received.Count);
        Assert.Single(node.Silo.Received.Select(update => update.Digest).Distinct());
        Assert.Equal([0], bases);
    }

    [Fact]
    public async Task A_silo_that_has_lost_an_update_gets_the_sealed_bytes_and_no_new_ones()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 2));
        var bases = new List<long>();
        var asked = false;
        node.Silo.BeforeCheckIn = () =>
        {
            if (node.Silo.Received.Count != 1 || asked)
            {
                return null;
            }

            asked = true;
            var first = node.Silo.Received[0];
            return new CheckInAnswer.Assignment(
                node.Silo.RunDigest,
                "some-run",
                1,
                0,
                first.Attestation.Attestation.BaseDigest
            );
        };

        await node.RunAsync(inner => new CountingTraining(inner, bases));

        Assert.Equal([0, 0, 1], node.Silo.Received.Select(update => update.BaseVersion));
        Assert.Equal(node.Silo.Received[0].Digest, node.Silo.Received[1].Digest);
        Assert.Equal([0, 1], bases);
    }

    [Fact]
    public async Task A_receipt_of_another_key_does_not_count()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        using var stranger = System.Security.Cryptography.ECDsa.Create();
        node.Silo.Receipt = signed => signed with { Signature = signed.Receipt.Sign(stranger) };

        // Neither ends the node, nor hinders its next start.
        Assert.Equal(LoopEnd.Completed, await node.RunAsync());
        Assert.Equal(LoopEnd.Completed, await node.RunAsync());

        Assert.Equal(2, node.Silo.Received.Count);
        Assert.Empty(node.Ledger().Entries.OfType<ReleasedEntry>());
        node.Silo.Receipt = signed => signed;
        await node.RunAsync();
        Assert.Single(node.Ledger().Entries.OfType<ReleasedEntry>());
    }

    [Fact]
    public async Task A_receipt_about_another_update_does_not_count()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        node.Silo.Receipt = signed => signed with { Receipt = signed.Receipt with { BaseVersion = 9 } };

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());

        Assert.Empty(node.Ledger().Entries.OfType<ReleasedEntry>());
    }

    [Fact]
    public async Task A_refused_update_is_not_sent_again_and_not_trained_again()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        var bases = new List<long>();
        var sent = 0;
        node.Silo.BeforeUpload = _ =>
        {
            sent++;
            node.Silo.BeforeCheckIn = () => new CheckInAnswer.Ended(node.Silo.RunDigest, "failed", "", 0, "");
            return new UploadAnswer.Refused("TooOld", "the base has left the ring", MayRetry: false);
        };

        var end = await node.RunAsync(inner => new CountingTraining(inner, bases));

        Assert.Equal(LoopEnd.Failed, end);
        Assert.Equal((1, 1), (sent, bases.Count));
        Assert.Equal(0, node.Report().Updates);
    }

    [Theory]
    [InlineData("BadCallSignature", false, false)] // a clock that is being set
    [InlineData("BadCallSignature", false, true)]
    [InlineData("Unavailable", true, false)]
    [InlineData("", false, true)] // an answer that is none
    public async Task A_refused_check_in_is_tried_again(string reason, bool mayRetry, bool asStatus)
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        var checkIns = 0;
        node.Silo.BeforeCheckIn = () =>
            ++checkIns is 1 or 3
                ? asStatus
                    ? throw new SiloRefusedException("no", reason: reason)
                    : new CheckInAnswer.Refused(reason, "no", mayRetry)
                : null;

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());

        Assert.Single(node.Silo.Received);
    }

    [Theory]
    [InlineData("UnknownNode", false)]
    [InlineData("UnknownNode", true)]
    [InlineData("UnsupportedProtocol", false)]
    [InlineData("NodeSuspended", true)]
    public async Task A_silo_that_does_not_work_with_the_node_ends_it_with_its_reason(string reason, bool asStatus)
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        node.Silo.BeforeCheckIn = () =>
            asStatus
                ? throw new SiloRefusedException("join it with a token", reason: reason)
                : new CheckInAnswer.Refused(reason, "join it with a token", false);

        var error = await Assert.ThrowsAsync<NodeRefusedException>(() => node.RunAsync());

        Assert.Contains($"({reason}): join it with a token", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, CommandRun.CodeOf(error));
        Assert.Equal(error.Message, CommandRun.Sentence(error));
    }
}
