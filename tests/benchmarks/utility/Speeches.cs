using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Federated.Benchmarks;

/// <summary>shakespeare-by-speaker of FEDERATED_DATA: one record a speech, split by a hash.</summary>
internal sealed record Speeches(IReadOnlyList<string> Training, IReadOnlyList<string> HeldOut)
{
    private const int HeldOutPercent = 15;

    /// <summary>Reads it; null when there is no data.</summary>
    public static Speeches? Read(int seed)
    {
        var data = Environment.GetEnvironmentVariable("FEDERATED_DATA");
        var file = Path.Combine(data ?? "", "shakespeare-by-speaker", "speeches.jsonl");
        if (string.IsNullOrEmpty(data) || !File.Exists(file))
        {
            return null;
        }

        // A record is held out by its own text alone, and so are its copies.
        var sides = File.ReadLines(file)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("text").GetString()!)
            .ToLookup(text =>
                SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {text}"))[0] * 100 / 256 < HeldOutPercent
            );
        return new Speeches([.. sides[false]], [.. sides[true]]);
    }
}
