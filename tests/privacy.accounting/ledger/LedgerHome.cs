namespace Federated.Privacy.Accounting.Tests;

/// <summary>A ledger on disk with its anchors, and no budgets of today.</summary>
internal sealed class LedgerHome : IDisposable
{
    public static readonly Dictionary<string, PrivacyBudget> NoBudgets = [];
    private readonly TemporaryFolder _folder = new();

    public string Ledger => _folder.File("ledger.jsonl");

    public AnchorFiles Anchors => new(_folder.File("anchors/ledger.json"), _folder.File("anchors/silo.json"));

    public PrivacyLedger Open() => PrivacyLedger.Open(Ledger, Some.Time, Anchors);

    /// <summary>Three entries; the ledger as it was after two.</summary>
    public (LedgerHead Head, byte[] Older) Fill()
    {
        using var ledger = Open();
        var id = ledger.Reserve(Some.Plan()).ReservationId;
        ledger.Seal(id, Some.Digest("u"), 0, 20);
        var older = File.ReadAllBytes(Ledger);
        ledger.Seal(id, Some.Digest("v"), 1, 20);
        return (ledger.Head, older);
    }

    public void Dispose() => _folder.Dispose();
}
