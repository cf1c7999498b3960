namespace Federated.Lab.Pretrain;

/// <summary>Finds the documentation files of the reference packs that every .NET SDK brings.</summary>
public static class ReferencePacks
{
    /// <summary>The packs that are read: the base library, and ASP.NET Core with Microsoft.Extensions.</summary>
    public static readonly IReadOnlyList<string> Names = ["Microsoft.NETCore.App.Ref", "Microsoft.AspNetCore.App.Ref"];

    /// <summary>Finds the newest installed version of a pack.</summary>
    /// <param name="name">Name of the pack.</param>
    /// <returns>Its version and its documentation files, sorted by name.</returns>
    /// <exception cref="DirectoryNotFoundException">No SDK with this pack is installed where dotnet is looked for.</exception>
    public static (string Version, IReadOnlyList<string> XmlFiles) Find(string name)
    {
        var versions = Roots()
            .Select(root => Path.Combine(root, "packs", name))
            .Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories)
            .Where(folder => Version.TryParse(Path.GetFileName(folder), out _))
            .OrderByDescending(folder => Version.Parse(Path.GetFileName(folder)));
        foreach (var folder in versions)
        {
            var files = Directory.GetFiles(Path.Combine(folder, "ref"), "*.xml", SearchOption.AllDirectories);
            if (files.Length > 0)
            {
                return (Path.GetFileName(folder), [.. files.Order(StringComparer.Ordinal)]);
            }
        }

        throw new DirectoryNotFoundException(
            $"No {name} under {string.Join(", ", Roots())}: install a .NET SDK, or set DOTNET_ROOT to where one is."
        );
    }

    private static IEnumerable<string> Roots()
    {
        var candidates = new List<string?>
        {
            Environment.GetEnvironmentVariable("DOTNET_ROOT"),
            // <root>/shared/Microsoft.NETCore.App/<version>/System.Private.CoreLib.dll
            Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..")),
        };
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            var dotnet = Path.Combine(folder, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
            if (folder.Length > 0 && File.Exists(dotnet))
            {
                candidates.Add(
                    Path.GetDirectoryName(File.ResolveLinkTarget(dotnet, returnFinalTarget: true)?.FullName ?? dotnet)
                );
            }
        }

        return candidates.OfType<string>().Where(root => root.Length > 0 && Directory.Exists(root)).Distinct();
    }
}
