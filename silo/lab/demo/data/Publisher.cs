namespace Federated.Lab.Demo.Data;

/// <summary>An organisation of the demo: who has written the API documentation of some packages.</summary>
/// <param name="Name">Lower case; the name of its folder and of its node.</param>
/// <param name="Packages">Package ids; one that ends with a dot stands for all that begin so.</param>
internal sealed record Publisher(string Name, IReadOnlyList<string> Packages)
{
    /// <summary>Whether it has published the package <paramref name="id"/>.</summary>
    public bool Owns(string id) =>
        Packages.Any(package =>
            package.EndsWith('.')
                ? id.StartsWith(package, StringComparison.OrdinalIgnoreCase)
                : id.Equals(package, StringComparison.OrdinalIgnoreCase)
        );

    /// <summary>Who trains, in this order.</summary>
    public static IReadOnlyList<Publisher> Training { get; } =
    [
        new("orleans", ["Microsoft.Orleans."]),
        new("kubernetes", ["KubernetesClient"]),
        new("skiasharp", ["SkiaSharp"]),
        new("spectre", ["Spectre.Console", "Spectre.Console.Ansi"]),
        new("grpc", ["Google.Protobuf", "Grpc."]),
        new("roslyn", ["Microsoft.CodeAnalysis."]),
        new("identitymodel", ["Microsoft.IdentityModel."]),
    ];

    /// <summary>Who takes no part; its text only measures what the others' adapter gives a stranger.</summary>
    public static Publisher HeldOut { get; } = new("npgsql", ["Npgsql"]);
}
