using System.Runtime.CompilerServices;

namespace Federated.ClientNode.Tests;

/// <summary>Folders of the repository that tests read where they are.</summary>
internal static class RepositoryFolder
{
    public static string BaseDocs { get; } = Path.Combine(Root(), "adapters", "lora", "base-docs");

    public static string FednodeOutput { get; } = Output();

    private static string Output()
    {
        // artifacts/bin/Federated.ClientNode.Tests/debug → artifacts/bin/Federated.ClientNode/debug
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, "Federated.ClientNode", own.Name);
    }

    private static string Root([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
