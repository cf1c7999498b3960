using Federated.Lab.Corpus;
using Federated.Lab.Pretrain;

namespace Federated.Lab.Tests.Pretrain;

/// <summary>The base model has not read what the demo's organisations hold: the documentation of NuGet packages.</summary>
public sealed class NoDemoTextTests
{
    private static readonly string[] Packages =
    [
        "google.protobuf",
        "grpc.",
        "kubernetesclient",
        "microsoft.identitymodel.",
        "microsoft.orleans.",
        "npgsql",
        "serilog",
        "skiasharp",
        "spectre.console",
    ];

    [Fact]
    public void Hardly_a_record_of_a_demo_package_is_near_one_of_the_pretraining_text()
    {
        var files = Packages.ToDictionary(package => package, XmlFiles);
        var xmlFiles = ReferencePacks.Names.SelectMany(name => ReferencePacks.Find(name).XmlFiles);
        var training = PretrainingCorpus.Read(xmlFiles).Training;
        var index = new NearDuplicateIndex();
        foreach (var member in training)
        {
            index.Add(member.Body);
        }

        foreach (var (package, xml) in files)
        {
            // Packages that serve older frameworks carry copies of System types, with the documentation of those.
            var own = NearDuplicates.Remove(
                XmlDocumentationCorpus
                    .Read(xml)
                    .Where(member => !member.DeclaringType.StartsWith("System.", StringComparison.Ordinal))
            );
            var shared = own.Where(member => index.Contains(member.Body)).ToList();

            Assert.True(own.Count > 100, $"{package} has {own.Count} records.");

            // What is left are stock phrases of .NET: exceptions with an inner exception, Equals, enumerators.
            Assert.True(
                shared.Count <= 0.03 * own.Count,
                $"{package}: {shared.Count} of {own.Count} records, such as: {shared.MaxBy(member => member.Body.Length)?.Text}"
            );
            Assert.Empty(own.Select(member => member.Assembly).Intersect(training.Select(member => member.Assembly)));
        }
    }

    private static IReadOnlyList<string> XmlFiles(string package)
    {
        var root =
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var library = $"{Path.DirectorySeparatorChar}lib{Path.DirectorySeparatorChar}";
        var files = Directory.Exists(root)
            ? Directory
                .GetDirectories(root, package + "*")
                .SelectMany(folder => Directory.GetFiles(folder, "*.xml", SearchOption.AllDirectories))
                .Where(file => file.Contains(library, StringComparison.Ordinal))
                .ToList()
            : [];
        Assert.SkipWhen(files.Count == 0, $"No package {package}* with documentation on this machine: restore first.");
        return files;
    }
}
