namespace Federated.Lab.Demo.Reports;

/// <summary>What to try once the demo has ended.</summary>
internal static class NextSteps
{
    /// <summary>Two commands that work on what the demo has left.</summary>
    public static IReadOnlyList<string> For(DemoFolder folder, string organisation) =>
        [
            $"dotnet run --project client-node -- ledger show --home {folder.Node(organisation)}",
            "dotnet run --project silo/lab -- demo --dir my-federation --data FOLDER   # your own text, one .jsonl per organisation",
        ];
}
