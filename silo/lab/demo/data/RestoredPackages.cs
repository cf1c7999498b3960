using System.Text.Json;

namespace Federated.Lab.Demo.Data;

/// <summary>The NuGet packages that restoring this project has put on this machine, read from the project's own assets file.</summary>
internal sealed class RestoredPackages
{
    /// <summary>The assets file's name in the output folder, where the build copies it.</summary>
    public const string AssetsFile = "fedlab.assets.json";

    // The newest framework first; a package names its documentation once per framework.
    private static readonly string[] Frameworks =
    [
        "net10.0",
        "net9.0",
        "net8.0",
        "net7.0",
        "net6.0",
        "netstandard2.1",
        "netstandard2.0",
    ];

    private readonly IReadOnlyList<(string Id, string Folder, IReadOnlyList<string> Files)> _packages;

    private RestoredPackages(IReadOnlyList<(string Id, string Folder, IReadOnlyList<string> Files)> packages) =>
        _packages = packages;

    /// <summary>Reads the assets file; the packages folder is <c>NUGET_PACKAGES</c>, else the one that the restore used.</summary>
    /// <exception cref="DemoException">There is no assets file, or none of its package folders exists.</exception>
    public static RestoredPackages Load(string assetsPath, string? packagesOverride)
    {
        if (!File.Exists(assetsPath))
        {
            throw new DemoException(
                ExitCode.Usage,
                $"packages: {assetsPath} is missing; build silo/lab again, or bring your own text with --data DIR."
            );
        }

        using var assets = JsonDocument.Parse(File.ReadAllBytes(assetsPath));
        string[] roots = packagesOverride is { Length: > 0 }
            ? [packagesOverride]
            : [.. assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
        var found = roots.Where(Directory.Exists).ToArray();
        if (found.Length == 0)
        {
            throw new DemoException(
                ExitCode.Usage,
                $"packages: no NuGet packages at {string.Join(", ", roots)}. Run: dotnet restore Federated.sln "
                    + "(or set NUGET_PACKAGES, or bring your own text with --data DIR)."
            );
        }

        var packages = new List<(string, string, IReadOnlyList<string>)>();
        foreach (var library in assets.RootElement.GetProperty("libraries").EnumerateObject())
        {
            if (library.Value.GetProperty("type").GetString() != "package")
            {
                continue;
            }

            var path = library.Value.GetProperty("path").GetString()!;
            var folder = found.Select(root => Path.Combine(root, path)).FirstOrDefault(Directory.Exists);
            if (folder is not null)
            {
                var files = library.Value.GetProperty("files").EnumerateArray().Select(file => file.GetString()!);
                packages.Add((library.Name.Split('/')[0], folder, [.. files]));
            }
        }

        return new RestoredPackages(packages);
    }

    /// <summary>Documentation files of the packages that <paramref name="publisher"/> has published, one framework each, in a fixed order.</summary>
    public IReadOnlyList<string> DocumentationFiles(Publisher publisher) =>
        [
            .. _packages
                .Where(package => publisher.Owns(package.Id))
                .OrderBy(package => package.Id, StringComparer.Ordinal)
                .SelectMany(package => OneFramework(package.Files).Select(file => Path.Combine(package.Folder, file)))
                .Where(File.Exists),
        ];

    private static string[] OneFramework(IReadOnlyList<string> files) =>
        Frameworks
            .Select(framework =>
                files
                    .Where(file =>
                        file.StartsWith($"lib/{framework}/", StringComparison.Ordinal)
                        && file.EndsWith(".xml", StringComparison.Ordinal)
                    )
                    .Order(StringComparer.Ordinal)
                    .ToArray()
            )
            .FirstOrDefault(found => found.Length > 0)
        ?? [];
}
