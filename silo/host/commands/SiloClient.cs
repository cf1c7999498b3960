using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace Federated.Silo;

/// <summary>A client of the operators' HTTP API.</summary>
internal sealed class SiloClient : IDisposable
{
    private readonly HttpClient _http;

    public SiloClient(Uri address, string token)
    {
        // The token goes to the silo and to nobody else: a proxy of the environment would read it on its way to this same machine.
        var handler = new SocketsHttpHandler { UseProxy = !address.IsLoopback, AllowAutoRedirect = false };
        _http = new HttpClient(handler) { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public async Task<T> GetAsync<T>(string path, CancellationToken cancellation)
    {
        using var response = await CheckedAsync(_http.GetAsync(path, cancellation), cancellation);
        return await ReadAsync<T>(response, cancellation);
    }

    public async Task<T> PostAsync<T>(string path, HttpContent? content, CancellationToken cancellation)
    {
        using var response = await CheckedAsync(_http.PostAsync(path, content, cancellation), cancellation);
        return await ReadAsync<T>(response, cancellation);
    }

    public async Task<byte[]> DownloadAsync(string path, CancellationToken cancellation)
    {
        using var response = await CheckedAsync(_http.GetAsync(path, cancellation), cancellation);
        return await response.Content.ReadAsByteArrayAsync(cancellation);
    }

    /// <summary>A run's status, now and at each change, until the run or the connection ends.</summary>
    public async IAsyncEnumerable<RunView> WatchAsync(
        string run,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        using var response = await CheckedAsync(
            _http.GetAsync(RunPath(run, "events"), HttpCompletionOption.ResponseHeadersRead, cancellation),
            cancellation
        );
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var events = SseParser.Create(
            stream,
            (_, data) => JsonSerializer.Deserialize<RunView>(data, SiloJson.Options)!
        );
        await foreach (var item in events.EnumerateAsync(cancellation))
        {
            yield return item.Data;
        }
    }

    public static string RunPath(string run, string? what = null) =>
        $"/api/runs/{Uri.EscapeDataString(run)}{(what is null ? "" : "/" + what)}";

    public void Dispose() => _http.Dispose();

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellation) =>
        (await response.Content.ReadFromJsonAsync<T>(SiloJson.Options, cancellation))!;

    private static async Task<HttpResponseMessage> CheckedAsync(
        Task<HttpResponseMessage> request,
        CancellationToken cancellation
    )
    {
        var response = await request;
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw new SiloRefusalException(
                await ReasonAsync(response, cancellation),
                response.StatusCode switch
                {
                    HttpStatusCode.Forbidden or HttpStatusCode.Conflict => ExitCode.Refused,
                    >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => ExitCode.Usage,
                    HttpStatusCode.ServiceUnavailable => ExitCode.Unreachable,
                    _ => ExitCode.Failed,
                }
            );
        }
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            var problem = await response.Content.ReadFromJsonAsync<ProblemDetails>(SiloJson.Options, cancellation);
            return $"{problem!.Title}.\n{problem.Detail}";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return $"The silo answered {(int)response.StatusCode} {response.ReasonPhrase}.";
        }
    }
}
