namespace Federated.ClientNode.Tests;

public sealed class PublishedFolderTests
{
    [Fact]
    public void The_program_brings_no_part_of_a_silo()
    {
        var assemblies = Directory
            .GetFiles(FednodeProcess.OutputFolder, "*.dll")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .ToList();

        Assert.Contains("fednode", assemblies);
        Assert.DoesNotContain(assemblies, name => name.StartsWith("Orleans", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(assemblies, name => name.StartsWith("Federated.Aggregation", StringComparison.Ordinal));
        Assert.DoesNotContain(assemblies, name => name is "fedsilo" or "fedlab" or "Federated.Silo" or "Federated.Lab");
        Assert.DoesNotContain(assemblies, name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }
}
