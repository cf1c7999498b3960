using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Federated.Privacy.Accounting.Tests;

/// <summary>A real process that writes a ledger without end and says each entry once it is written; to be killed. It is this test program, told by a variable.</summary>
internal static class LedgerVictim
{
    private const string Variable = "FEDERATED_TEST_LEDGER_VICTIM";

    public static AnchorFiles Anchors(string folder) =>
        new(Path.Combine(folder, "anchors", "ledger.json"), Path.Combine(folder, "anchors", "silo.json"));

    /// <summary>A plan whose price has a closed form: many fit, and quickly.</summary>
    public static ReservationRequest Plan(string run) =>
        Some.Plan(run) with
        {
            SamplingRate = 1,
            NoiseMultiplier = 50,
            Steps = 4,
            Budget = new PrivacyBudget(1000, 1e-5),
        };

    /// <summary>Starts it.</summary>
    /// <param name="folder">Where it writes.</param>
    /// <param name="kibibytes">How large its files can get: a full disk. Null: no limit.</param>
    public static Process Start(string folder, int? kibibytes = null)
    {
        var program = Path.ChangeExtension(typeof(LedgerVictim).Assembly.Location, ".dll");
        // Without double mapping: the runtime makes larger files than the limit for it.
        var start = kibibytes is { } limit
            ? new ProcessStartInfo("bash", ["-c", $"trap '' XFSZ; ulimit -f {limit}; exec dotnet '{program}'"])
            : new ProcessStartInfo("dotnet", [program]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment[Variable] = folder;
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        return Process.Start(start)!;
    }

    [ModuleInitializer]
    internal static void WriteIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder)
        {
            return;
        }

        try
        {
            Write(folder);
        }
        catch (LedgerException error)
        {
            Console.WriteLine($"{error.GetType().Name} {error.Message}");
            Environment.Exit(1);
        }
    }

    private static void Write(string folder)
    {
        using var ledger = PrivacyLedger.Open(
            Path.Combine(folder, "ledger.jsonl"),
            TimeProvider.System,
            Anchors(folder)
        );
        while (true)
        {
            var run = $"run {ledger.Head.Sequence}";
            var id = Say(ledger.Reserve(Plan(run) with { Delta = 1e-9 })).ReservationId;
            Say(ledger.Seal(id, Some.Digest(run), 0, 1));
            Say(ledger.Release(id, Some.Digest(run), "receipt"));
        }
    }

    private static TEntry Say<TEntry>(TEntry entry)
        where TEntry : LedgerEntry
    {
        Console.WriteLine($"{entry.Sequence} {entry.Hash}");
        return entry;
    }
}
