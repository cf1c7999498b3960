using System.Security.Cryptography;
using System.Text;
using Federated.Aggregation;
using Federated.Aggregation.Grains;

namespace Federated.Lab.Simulate;

/// <summary>The journal of one run, read as it grows.</summary>
/// <param name="journal">The store.</param>
/// <param name="runDigest">The run.</param>
internal sealed class RunEvents(IJournal journal, string runDigest)
{
    private long _sequence;

    /// <summary>The run.</summary>
    public string RunDigest => runDigest;

    /// <summary>When the newest event of a run happened.</summary>
    /// <param name="journal">The store.</param>
    /// <param name="runDigest">The run.</param>
    /// <param name="otherwise">The answer when there is no such run yet.</param>
    public static async Task<DateTimeOffset> NewestAsync(IJournal journal, string runDigest, DateTimeOffset otherwise)
    {
        var events = await new RunEvents(journal, runDigest).ReadOnAsync(CancellationToken.None);
        return events.Count == 0 ? otherwise : events[^1].At;
    }

    /// <summary>Events that were not read yet.</summary>
    public async Task<IReadOnlyList<RunEvent>> ReadOnAsync(CancellationToken cancellation)
    {
        var entries = await journal.ReadAsync(StreamNames.OfRun(runDigest), _sequence, cancellation);
        _sequence += entries.Count;
        return [.. entries.Select(entry => RunEventCodec.Decode(entry.Kind, entry.Payload.Span))];
    }

    /// <summary>SHA-256 over kinds and payloads of the whole run: equal for equal plans.</summary>
    public async Task<string> DigestAsync(CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in await journal.ReadAsync(StreamNames.OfRun(runDigest), 0, cancellation))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{entry.Sequence} {entry.Kind} {entry.Payload.Length}\n"));
            hash.AppendData(entry.Payload.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
