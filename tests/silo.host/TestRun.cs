using System.Text;
using Federated.Adapters;
using Federated.Protocol.V1;

namespace Federated.Silo.Tests;

/// <summary>A run of two nodes that have consented: its first version stays open until both have reported.</summary>
internal sealed class TestRun : IDisposable
{
    private TestRun(string digest, AdapterLayout layout, TestNode first, TestNode second)
    {
        Digest = digest;
        Layout = layout;
        First = first;
        Second = second;
    }

    public string Digest { get; }

    public AdapterLayout Layout { get; }

    public TestNode First { get; }

    public TestNode Second { get; }

    public static async Task<TestRun> StartAsync(SiloUnderTest silo)
    {
        var (first, second) = (await TestNode.JoinedAsync(silo), await TestNode.JoinedAsync(silo));
        var seed = SiloUnderTest.NextSeed();
        var digest = await SubmitAsync(silo, silo.Document(seed, $"{{ nodes: [\"{first.Id}\", \"{second.Id}\"] }}", 2));
        await first.ConsentAsync(digest);
        await second.ConsentAsync(digest);
        return new TestRun(digest, TinyModel.Layout(seed), first, second);
    }

    public static async Task<string> SubmitAsync(SiloUnderTest silo, string yaml)
    {
        using var client = silo.Operator();
        using var body = new StringContent(yaml, Encoding.UTF8, "application/yaml");
        return (
            await client.PostAsync<SubmittedRun>("/api/runs", body, TestContext.Current.CancellationToken)
        ).RunDigest;
    }

    /// <summary>A well-formed update.</summary>
    public byte[] Update(float value = 0.5f) =>
        AdapterBlob.Encode(AdapterBlobKind.Update, Layout, [.. Enumerable.Repeat(value, (int)Layout.Count)]);

    /// <summary>The work that a node is given.</summary>
    public async Task<Assignment> AssignmentAsync(TestNode node)
    {
        var reply = await node.CheckInAsync();
        Assert.True(reply.Assignment is not null, $"{reply}");
        Assert.Equal(Digest, reply.Assignment.RunDigest);
        return reply.Assignment;
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
