using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Federated.Lab.Demo.Runs;

/// <summary>The operator's HTTP API of a running silo, with the operator's token.</summary>
internal sealed class OperatorClient : IDisposable
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    private readonly HttpClient _http;

    /// <summary>Speaks to the silo at <paramref name="address"/>.</summary>
    public OperatorClient(Uri address, string token)
    {
        Address = address;
        // The silo is on this machine, whatever proxy the environment names.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The silo's HTTP address.</summary>
    public Uri Address { get; }

    /// <summary>A token with which one node may join.</summary>
    public async Task<string> InviteAsync(CancellationToken cancellationToken)
    {
        var path = new Uri("/api/invitations?nodes=1", UriKind.Relative);
        using var answer = await _http.PostAsync(path, null, cancellationToken);
        return (await ReadAsync<Invitation>(answer, cancellationToken)).Token;
    }

    /// <summary>Submits a run document; returns the run's digest.</summary>
    /// <exception cref="DemoException">The silo refused it; the message holds its reasons.</exception>
    public async Task<string> SubmitAsync(string yaml, CancellationToken cancellationToken)
    {
        using var body = new StringContent(yaml, Encoding.UTF8, "application/yaml");
        using var answer = await _http.PostAsync(new Uri("/api/runs", UriKind.Relative), body, cancellationToken);
        return (await ReadAsync<SubmittedRun>(answer, cancellationToken)).RunDigest;
    }

    /// <summary>Gives the silo a file of A factors.</summary>
    /// <exception cref="DemoException">The silo refused it.</exception>
    public async Task StoreInitialFactorsAsync(string file, CancellationToken cancellationToken)
    {
        using var body = new StreamContent(File.OpenRead(file));
        using var answer = await _http.PostAsync(
            new Uri("/api/initial-factors", UriKind.Relative),
            body,
            cancellationToken
        );
        await RequireAsync(answer, cancellationToken);
    }

    /// <summary>Where a run stands.</summary>
    public Task<RunStatus> RunAsync(string digest, CancellationToken cancellationToken) =>
        GetAsync<RunStatus>($"/api/runs/{digest}", cancellationToken);

    /// <summary>A run's published versions with the updates merged into each.</summary>
    public Task<IReadOnlyList<VersionStatus>> VersionsAsync(string digest, CancellationToken cancellationToken) =>
        GetAsync<IReadOnlyList<VersionStatus>>($"/api/runs/{digest}/versions", cancellationToken);

    /// <summary>The nodes that have joined.</summary>
    public Task<IReadOnlyList<NodeStatus>> NodesAsync(CancellationToken cancellationToken) =>
        GetAsync<IReadOnlyList<NodeStatus>>("/api/nodes", cancellationToken);

    /// <summary>The latest published adapter as a zip of its PEFT folder.</summary>
    public async Task<byte[]> AdapterAsync(string digest, CancellationToken cancellationToken)
    {
        var path = new Uri($"/api/runs/{digest}/adapter", UriKind.Relative);
        using var answer = await _http.GetAsync(path, cancellationToken);
        await RequireAsync(answer, cancellationToken);
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return await ReadAsync<T>(answer, cancellationToken);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await RequireAsync(answer, cancellationToken);
        return await answer.Content.ReadFromJsonAsync<T>(Options, cancellationToken)
            ?? throw new DemoException(
                ExitCode.Failed,
                $"silo: empty answer from {answer.RequestMessage?.RequestUri}."
            );
    }

    private static async Task RequireAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            var reason = await answer.Content.ReadAsStringAsync(cancellationToken);
            throw new DemoException(
                (int)answer.StatusCode is >= 400 and < 500 ? ExitCode.Usage : ExitCode.Failed,
                $"silo: {answer.RequestMessage?.RequestUri} answered {(int)answer.StatusCode}: {reason}"
            );
        }
    }

    private sealed record Invitation(string Token);

    private sealed record SubmittedRun(string RunDigest);
}
