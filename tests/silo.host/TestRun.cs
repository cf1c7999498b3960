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

    /// <param name="silo">The silo.</param>
    /// <param name="more">Further sections of the document; without any, made-up updates, which are longer than honest ones, are left as they are.</param>
    /// <param name="factors">What the run trains.</param>
    /// <param name="change">What else the document says.</param>
    /// <param name="initial">Its A factors; null = from the seed.</param>
    public static async Task<TestRun> StartAsync(
        SiloUnderTest silo,
        string more = "aggregation: { robust: { method: none } }",
        TrainedFactors factors = TrainedFactors.B,
        Func<string, string>? change = null,
        InitialFactors? initial = null
    )
    {
        var (first, second) = (await TestNode.JoinedAsync(silo), await TestNode.JoinedAsync(silo));
        var seed = SiloUnderTest.NextSeed();
        var nodes = $"{{ nodes: [\"{first.Id}\", \"{second.Id}\"] }}";
        var named = $"scaling: rslora, factors: {$"{factors}".ToLowerInvariant()}";
        var document = silo.Document(seed, nodes, 2).Replace("scaling: rslora", named, StringComparison.Ordinal);
        document = change?.Invoke(document) ?? document;
        var digest = await SubmitAsync(silo, $"{document}\n{more}\n");
        await first.ConsentAsync(digest);
        await second.ConsentAsync(digest);
        return new TestRun(digest, TinyModel.Layout(seed, factors, initial), first, second);
    }

    public static async Task<string> SubmitAsync(SiloUnderTest silo, string yaml)
    {
        using var client = silo.Operator();
        using var body = new StringContent(yaml, Encoding.UTF8, "application/yaml");
        return (
            await client.PostAsync<SubmittedRun>("/api/runs", body, TestContext.Current.CancellationToken)
        ).RunDigest;
    }

    /// <summary>A well-formed update from a version, of numbers that differ.</summary>
    public byte[] RandomUpdate(int seed, long baseVersion)
    {
        var (random, part) = (new Random(seed), Layout.TrainedAt(baseVersion));
        float[] values = [.. Enumerable.Range(0, (int)part.Count).Select(_ => random.NextSingle() - 0.5f)];
        return AdapterBlob.Encode(AdapterBlobKind.Update, part, values);
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

    /// <summary>Both nodes report; the version is published when this returns.</summary>
    public Task ReportAsync(float first, float second) => ReportAsync(First, Second, first, second);

    /// <summary>The same through other connections of the two nodes.</summary>
    public async Task ReportAsync(TestNode one, TestNode other, float first, float second)
    {
        await one.UploadAsync(await AssignmentAsync(one), Update(first));
        await other.UploadAsync(await AssignmentAsync(other), Update(second));
        await one.CheckInAsync();
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
