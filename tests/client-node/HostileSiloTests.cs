using System.Security.Cryptography;
using System.Text.Json;
using Federated.Protocol;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using V1 = Federated.Protocol.V1;

namespace Federated.ClientNode.Tests;

/// <summary>Answers that no honest silo gives, and files that something else has changed: each is refused by name or made harmless.</summary>
public sealed class HostileSiloTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(long.MaxValue, 24)]
    [InlineData(long.MinValue, 0)]
    public void A_wait_that_no_clock_can_hold_is_a_wait_of_at_most_a_day(long milliseconds, int hours)
    {
        var reply = new V1.CheckInReply { Wait = new V1.Wait { RetryAfterMs = milliseconds } };

        var wait = Assert.IsType<CheckInAnswer.Wait>(SiloMessages.Answer(reply));

        Assert.Equal(TimeSpan.FromHours(hours), wait.RetryAfter);
    }

    [Fact]
    public void A_silo_without_a_key_for_receipts_is_refused_at_join()
    {
        var reply = new V1.JoinReply { NodeId = new string('a', 64), Group = "default" };
        Assert.Throws<SiloRefusedException>(() => SiloMessages.Membership(reply));
        reply.SiloKey = new V1.SiloKey { KeyId = "0123456789abcdef", PublicKey = ByteString.CopyFromUtf8("junk") };
        Assert.Throws<SiloRefusedException>(() => SiloMessages.Membership(reply));
        reply.SiloKey = Key();

        Assert.Equal(reply.SiloKey.KeyId, SiloMessages.Membership(reply).KeyId);
    }

    [Fact]
    public void A_pinned_key_that_was_damaged_is_refused_by_its_file()
    {
        using var home = NodeHome.OpenToWork(_folder.Path);
        SiloMessages
            .Membership(
                new V1.JoinReply
                {
                    NodeId = "n",
                    Group = "g",
                    SiloKey = Key(),
                }
            )
            .Write(home);
        Assert.NotNull(Membership.Read(home));
        var json = File.ReadAllText(home.MembershipFile);
        // Still base64, and another key.
        var key = JsonDocument.Parse(json).RootElement.GetProperty("siloKey").GetString()!;
        File.WriteAllText(home.MembershipFile, json.Replace(key, "AAAA" + key[4..], StringComparison.Ordinal));

        var error = Assert.Throws<NodeHomeException>(() => Membership.Read(home));

        Assert.Contains(home.MembershipFile, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_calls_stay_on_this_machine()
    {
        using var loopback = FederationClient.HandlerFor(new Uri("http://127.0.0.1:7400"));
        using var elsewhere = FederationClient.HandlerFor(new Uri("https://silo.example.org:7400"));

        Assert.False(loopback.UseProxy);
        Assert.True(elsewhere.UseProxy);
        Assert.False(loopback.AllowAutoRedirect);
        Assert.False(elsewhere.AllowAutoRedirect);
    }

    [Fact]
    public void A_flood_of_offers_fills_no_disk()
    {
        using var home = NodeHome.OpenToWork(_folder.Path);
        var offers = new OfferedRuns(home, new FakeTimeProvider());
        var offer = Offer(versions: 1);
        for (var i = 0; i < OfferedRuns.MostDocuments; i++)
        {
            var folder = Directory.CreateDirectory(home.RunFolder($"{i}")).FullName;
            File.WriteAllBytes(Path.Combine(folder, "document.json"), []);
        }

        var refused = Assert.Throws<SiloRefusedException>(() => offers.Keep(offer));

        Assert.Contains("5000", refused.Message, StringComparison.Ordinal);
        Directory.Delete(home.RunFolder("0"), recursive: true);
        Assert.Equal(1, offers.Keep(offer).Rounds.Versions);
        Assert.Equal(1, offers.Keep(offer).Rounds.Versions); // what is kept is kept
    }

    [Fact]
    public void A_document_that_was_changed_after_the_answer_is_refused_by_its_file()
    {
        using var home = NodeHome.OpenToWork(_folder.Path);
        var offers = new OfferedRuns(home, new FakeTimeProvider());
        var offer = Offer(versions: 1);
        offers.Keep(offer);
        var file = Path.Combine(home.RunFolder(offer.RunDigest), "document.json");
        // A valid document, and less noise.
        var json = File.ReadAllText(file);
        Assert.Contains("\"noiseMultiplier\":1,", json, StringComparison.Ordinal);
        File.WriteAllText(
            file,
            json.Replace("\"noiseMultiplier\":1,", "\"noiseMultiplier\":0.1,", StringComparison.Ordinal)
        );

        var error = Assert.Throws<NodeHomeException>(() => offers.Document(offer.RunDigest));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_report_is_refused_by_its_file()
    {
        var file = Path.Combine(_folder.Path, "report.json");
        File.WriteAllText(file, "{ \"run");

        var error = Assert.Throws<NodeHomeException>(() => LocalReport.Read(file));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static CheckInAnswer.Offer Offer(int versions)
    {
        var document = CanonicalRunDocument.Bytes(Some.Run(versions: versions));
        return new(CanonicalRunDocument.Digest(document.AsSpan()), document);
    }

    private static V1.SiloKey Key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var bytes = key.ExportSubjectPublicKeyInfo();
        return new()
        {
            KeyId = Convert.ToHexStringLower(SHA256.HashData(bytes))[..16],
            PublicKey = ByteString.CopyFrom(bytes),
        };
    }
}
