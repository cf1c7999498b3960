using System.Xml.Linq;

namespace Federated.Architecture.Tests;

/// <summary>The arrows between the rooms, as a test. Tests may see everything; nothing sees them.</summary>
public sealed class DependencyDirectionTests
{
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Federated.Privacy.Accounting"] = [],
        ["Federated.Privacy.Mechanisms"] = ["Federated.Privacy.Accounting"],
        ["Federated.Protocol"] = [],
        ["Federated.Adapters"] = [],
        ["Federated.Aggregation"] =
        [
            "Federated.Adapters",
            "Federated.Privacy.Mechanisms",
            "Federated.Privacy.Accounting",
        ],
        // What math takes and gives (updates, attestations) belongs to lora and accounting, so grains name them too.
        ["Federated.Aggregation.Grains"] =
        [
            "Federated.Aggregation",
            "Federated.Protocol",
            "Federated.Adapters",
            "Federated.Privacy.Accounting",
        ],
        ["Federated.Silo"] =
        [
            "Federated.Aggregation.Grains",
            "Federated.Aggregation",
            "Federated.Adapters",
            "Federated.Privacy.Accounting",
            "Federated.Protocol",
        ],
        ["Federated.ClientNode"] =
        [
            "Federated.Adapters",
            "Federated.Protocol",
            "Federated.Privacy.Mechanisms",
            "Federated.Privacy.Accounting",
        ],
        ["Federated.Lab"] =
        [
            "Federated.Silo",
            "Federated.ClientNode",
            "Federated.Aggregation.Grains",
            "Federated.Aggregation",
            "Federated.Adapters",
            "Federated.Protocol",
            "Federated.Privacy.Mechanisms",
            "Federated.Privacy.Accounting",
        ],
    };

    public static TheoryData<string> Projects => [.. ProjectFiles()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_design_allows(string projectFile)
    {
        var project = Path.GetFileNameWithoutExtension(projectFile);
        var references = XDocument
            .Load(Path.Combine(RepositoryFolder.Root, projectFile))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

        Assert.True(MayReference.TryGetValue(project, out var allowed), $"{project} is not in the design.");
        Assert.Empty(references.Except(allowed));
    }

    private static IEnumerable<string> ProjectFiles() =>
        Directory
            .EnumerateFiles(RepositoryFolder.Root, "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(RepositoryFolder.Root, file))
            .Where(file => !file.StartsWith("artifacts", StringComparison.Ordinal))
            .Where(file => !file.EndsWith(".Tests.csproj", StringComparison.Ordinal))
            .Where(file => !file.Contains("benchmarks", StringComparison.Ordinal));
}
