namespace Federated.Tests;

/// <summary>Data outside the clone: found through FEDERATED_DATA only.</summary>
internal static class RealData
{
    /// <summary>A folder of it, or a named skip.</summary>
    public static string Folder(string name)
    {
        var root = Environment.GetEnvironmentVariable("FEDERATED_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(root), $"FEDERATED_DATA is not set; it would hold {name}.");
        var folder = Path.Combine(root!, name);
        Assert.SkipUnless(Directory.Exists(folder), $"FEDERATED_DATA has no folder {name}.");
        return folder;
    }
}
