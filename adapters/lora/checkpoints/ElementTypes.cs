using TorchSharp;

namespace Federated.Adapters.Checkpoints;

/// <summary>The element types that safetensors and libtorch have in common, by their safetensors names.</summary>
internal static class ElementTypes
{
    // From wide to narrow: writing in this order keeps every tensor aligned to its element.
    private static readonly (string Name, torch.ScalarType Type, int Bytes)[] Known =
    [
        ("F64", torch.ScalarType.Float64, 8),
        ("I64", torch.ScalarType.Int64, 8),
        ("F32", torch.ScalarType.Float32, 4),
        ("I32", torch.ScalarType.Int32, 4),
        ("F16", torch.ScalarType.Float16, 2),
        ("BF16", torch.ScalarType.BFloat16, 2),
        ("I16", torch.ScalarType.Int16, 2),
        ("I8", torch.ScalarType.Int8, 1),
        ("U8", torch.ScalarType.Byte, 1),
        ("BOOL", torch.ScalarType.Bool, 1),
    ];

    public static string Names => string.Join(", ", Known.Select(known => known.Name));

    public static torch.ScalarType? Find(string? name) =>
        Known.Where(known => known.Name == name).Select(known => (torch.ScalarType?)known.Type).FirstOrDefault();

    public static int Bytes(torch.ScalarType type) => Of(type).Bytes;

    public static string Name(torch.ScalarType type) => Of(type).Name;

    /// <summary>Position in the order in which tensors are written.</summary>
    public static int Order(torch.ScalarType type) => Array.IndexOf(Known, Of(type));

    private static (string Name, torch.ScalarType Type, int Bytes) Of(torch.ScalarType type)
    {
        var known = Array.Find(Known, candidate => candidate.Type == type);
        return known.Name is null
            ? throw new ArgumentException($"dtype {type} has no safetensors name; known are {Names}.", nameof(type))
            : known;
    }
}
