using System.Security.Cryptography;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.EndToEnd.Tests;

/// <summary>
/// Three organisations with keys, hold-out keys and records that stay the same over federations, so that seeded noise gives the
/// same updates in each.
/// </summary>
public sealed class Organisations : IDisposable
{
    private static readonly string[] Verbs =
    [
        "Gets",
        "Sets",
        "Creates",
        "Removes",
        "Returns",
        "Reads",
        "Writes",
        "Closes",
    ];
    private static readonly string[] Nouns = ["stream", "buffer", "socket", "window", "message", "certificate", "task"];

    private readonly TemporaryFolder _folder = new();

    public Organisations()
        : this(Record) { }

    internal Organisations(Func<string, int, string> record)
    {
        foreach (var name in Names)
        {
            var home = Directory.CreateDirectory(HomeOf(name)).FullName;
            NodeIdentity.Create(Path.Combine(home, "key.pem")).Dispose();
            File.WriteAllBytes(Path.Combine(home, "holdout.key"), SHA256.HashData("hold-out"u8));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Path.Combine(home, "holdout.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            // Without it each federation's node would be another home on the same records, and be refused.
            File.WriteAllBytes(Path.Combine(home, "sketch.key"), SHA256.HashData("sketch"u8));
            File.WriteAllLines(RecordsOf(name), Enumerable.Range(0, RecordCount).Select(i => record(name, i)));
        }
    }

    public const int RecordCount = 200;

    public static IReadOnlyList<string> Names { get; } = ["ada", "bob", "eve"];

    public string RecordsOf(string name) => _folder.File(name + ".jsonl");

    /// <summary>Puts the organisation's keys into a fresh home: no settings, no ledger, nothing sealed.</summary>
    public void FurnishHome(string name, string home)
    {
        Directory.CreateDirectory(home);
        foreach (var file in Directory.EnumerateFiles(HomeOf(name)))
        {
            File.Copy(file, Path.Combine(home, Path.GetFileName(file)));
        }
    }

    public void Dispose() => _folder.Dispose();

    private string HomeOf(string name) => _folder.File("home-" + name);

    private static string Record(string name, int i)
    {
        var text =
            $"{Verbs[i % Verbs.Length]} the {Nouns[i / Verbs.Length % Nouns.Length]} number {i} that {name} uses when a request has ended.";
        return JsonSerializer.Serialize(new { text, group = $"type-{i / 4}" });
    }
}
