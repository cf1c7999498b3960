using System.Runtime.CompilerServices;

namespace Federated.Tests;

/// <summary>Folders of the repository that tests read where they are.</summary>
internal static class RepositoryFolder
{
    public static string Root { get; } = Find();

    public static string BaseDocs { get; } = Path.Combine(Root, "adapters", "lora", "base-docs");

    private static string Find([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
