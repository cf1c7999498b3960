using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Federated.Adapters;
using Federated.Aggregation;

namespace Federated.Silo.Tests;

public sealed class OperatorApiTests(SiloUnderTest silo) : IClassFixture<SiloUnderTest>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Basic b3BlcmF0b3I6")]
    public async Task Without_the_operators_token_nothing_is_told(string? authorization)
    {
        using var http = new HttpClient { BaseAddress = silo.Host.HttpAddress };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);

        foreach (var path in new[] { "/api/runs", "/api/nodes", "/api/runs/x/adapter" })
        {
            using var answer = await http.GetAsync(path, Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        using var invitation = await http.PostAsync("/api/invitations", null, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, invitation.StatusCode);
        Assert.Equal("ok\n", await http.GetStringAsync("/healthz", Cancellation));
    }

    [Fact]
    public async Task A_bad_document_is_refused_with_everything_that_is_wrong_with_it()
    {
        using var answer = await SubmitAsync(
            silo.Document(1, "{ group: default }", 1).Replace("rank: 4", "rank: 0", StringComparison.Ordinal)
                + "\nsurprise: 1"
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        var errors = problem.RootElement.GetProperty("errors").EnumerateArray().ToList();
        Assert.Contains(errors, error => error.GetProperty("field").GetString() == "adapter.rank");
        Assert.Contains(errors, error => error.GetProperty("field").GetString() == "surprise");
        Assert.All(errors, error => Assert.NotEqual("", error.GetProperty("fix").GetString()));
    }

    [Fact]
    public async Task A_document_in_chunks_has_an_end()
    {
        using var http = new HttpClient { BaseAddress = silo.Host.HttpAddress };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", silo.Host.OperatorToken);
        http.DefaultRequestHeaders.TransferEncodingChunked = true;
        using var body = new StringContent("# " + new string('x', 300 * 1024), Encoding.UTF8, "application/yaml");

        using var answer = await http.PostAsync("/api/runs", body, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Another_base_model_is_refused_with_both_digests()
    {
        var other = new string('c', 64);

        using var answer = await SubmitAsync(
            silo.Document(1, "{ group: default }", 1).Replace(silo.ModelDigest, other, StringComparison.Ordinal)
        );

        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(other, text, StringComparison.Ordinal);
        Assert.Contains(silo.ModelDigest, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: tiny,", "name: huge,", "huge")]
    [InlineData("[q_proj, v_proj]", "[r_proj]", "r_proj")]
    [InlineData("group: default", "group: hospitals", "hospitals")]
    [InlineData("maxSequenceLength: 32", "maxSequenceLength: 65", "context of tiny is 64 tokens")]
    public async Task What_this_silo_cannot_run_is_refused_by_its_value(string instead, string of, string named)
    {
        using var answer = await SubmitAsync(
            silo.Document(1, "{ group: default }", 1).Replace(instead, of, StringComparison.Ordinal)
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(named, await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_document_is_the_same_run_found_by_its_name_and_by_its_digests_beginning()
    {
        var yaml = silo.Document(SiloUnderTest.NextSeed(), "{ group: default }", 5);
        var digest = await TestRun.SubmitAsync(silo, yaml);
        Assert.Equal(digest, await TestRun.SubmitAsync(silo, yaml));
        using var client = silo.Operator();

        var byDigest = await client.GetAsync<RunView>(SiloClient.RunPath(digest[..16]), Cancellation);
        var byName = await client.GetAsync<RunView>(SiloClient.RunPath(byDigest.Name), Cancellation);

        Assert.Equal((digest, RunPhase.Recruiting, 3), (byName.RunDigest, byName.State, byName.Versions));
        var unknown = await Assert.ThrowsAsync<SiloRefusalException>(() =>
            client.GetAsync<RunView>(SiloClient.RunPath("nothing"), Cancellation)
        );
        Assert.Contains(byName.Name, unknown.Message, StringComparison.Ordinal);
        // A run of the whole group would be offered to the nodes of the other tests, in whatever order they run.
        await client.PostAsync<object>(SiloClient.RunPath(digest, "cancel"), null, Cancellation);
    }

    [Fact]
    public async Task A_published_adapter_comes_as_a_peft_folder()
    {
        using var run = await TestRun.StartAsync(silo);
        await run.First.UploadAsync(await run.AssignmentAsync(run.First), run.Update(1));
        await run.Second.UploadAsync(await run.AssignmentAsync(run.Second), run.Update(1));
        await run.AssignmentAsync(run.First);
        using var client = silo.Operator();

        var zip = await client.DownloadAsync(SiloClient.RunPath(run.Digest, "adapter?version=1"), Cancellation);

        using var archive = new ZipArchive(new MemoryStream(zip));
        Assert.Equal(
            ["adapter_config.json", "adapter_model.safetensors"],
            archive.Entries.Select(entry => entry.FullName)
        );
        using var config = await JsonDocument.ParseAsync(archive.Entries[0].Open(), cancellationToken: Cancellation);
        Assert.Equal("LORA", config.RootElement.GetProperty("peft_type").GetString());
        await Assert.ThrowsAsync<SiloRefusalException>(() =>
            client.DownloadAsync(SiloClient.RunPath(run.Digest, "adapter?version=9"), Cancellation)
        );
    }

    [Theory]
    [InlineData("gaussian", 1, false)]
    [InlineData("none", 0, true)]
    public async Task An_adapter_of_a_run_without_a_guarantee_is_marked(string mechanism, int noise, bool marked)
    {
        using var run = await TestRun.StartAsync(
            silo,
            change: document =>
                document.Replace(
                    "noiseMultiplier: 1.0",
                    $"mechanism: {mechanism}, noiseMultiplier: {noise}",
                    StringComparison.Ordinal
                )
        );
        await run.AssignmentAsync(run.First);
        using var client = silo.Operator();

        var zip = await client.DownloadAsync(SiloClient.RunPath(run.Digest, "adapter?version=0"), Cancellation);

        using var archive = new ZipArchive(new MemoryStream(zip));
        using var weights = new StreamReader(await archive.Entries[1].OpenAsync(Cancellation));
        Assert.Equal(
            marked,
            (await weights.ReadToEndAsync(Cancellation)).Contains(PeftFiles.NotPrivate, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Versions_and_nodes_tell_who_took_part_with_what_weight()
    {
        using var run = await TestRun.StartAsync(silo);
        await run.First.UploadAsync(await run.AssignmentAsync(run.First), run.Update(1));
        await run.Second.UploadAsync(await run.AssignmentAsync(run.Second), run.Update(1));
        await run.AssignmentAsync(run.First);
        using var client = silo.Operator();

        var versions = await client.GetAsync<List<VersionView>>(
            SiloClient.RunPath(run.Digest, "versions"),
            Cancellation
        );
        var nodes = await client.GetAsync<List<NodeView>>("/api/nodes", Cancellation);

        Assert.Equal([0, 1], versions.Select(version => version.Version));
        Assert.Equal(
            new[] { run.First.Id, run.Second.Id }.Order(),
            versions[1].Updates.Select(update => update.NodeId).Order()
        );
        Assert.All(versions[1].Updates, update => Assert.Equal((1, 0.5), (update.Weight, update.Coefficient)));
        Assert.Contains(nodes, node => node.NodeId == run.First.Id && node.Name == "a test");
    }

    [Fact]
    public async Task Watching_a_run_tells_each_change_until_it_has_ended()
    {
        var digest = await TestRun.SubmitAsync(silo, silo.Document(SiloUnderTest.NextSeed(), "{ group: default }", 5));
        using var client = silo.Operator();
        var seen = new List<RunPhase>();

        await foreach (var status in client.WatchAsync(digest, Cancellation))
        {
            seen.Add(status.State);
            if (seen.Count == 1)
            {
                await client.PostAsync<object>(SiloClient.RunPath(digest, "cancel?reason=enough"), null, Cancellation);
            }
        }

        Assert.Equal([RunPhase.Recruiting, RunPhase.Cancelled], seen);
    }

    [Fact]
    public async Task A_command_that_the_run_does_not_allow_is_refused()
    {
        var digest = await TestRun.SubmitAsync(silo, silo.Document(SiloUnderTest.NextSeed(), "{ group: default }", 5));
        using var client = silo.Operator();
        await client.PostAsync<object>(SiloClient.RunPath(digest, "cancel"), null, Cancellation);

        var refused = await Assert.ThrowsAsync<SiloRefusalException>(() =>
            client.PostAsync<object>(SiloClient.RunPath(digest, "resume"), null, Cancellation)
        );

        Assert.Equal(ExitCode.Refused, refused.ExitCode);
    }

    private async Task<HttpResponseMessage> SubmitAsync(string yaml)
    {
        using var http = new HttpClient { BaseAddress = silo.Host.HttpAddress };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", silo.Host.OperatorToken);
        using var body = new StringContent(yaml, Encoding.UTF8, "application/yaml");
        return await http.PostAsync("/api/runs", body, Cancellation);
    }
}
