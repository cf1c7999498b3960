using System.Text.Json;

namespace Federated.Adapters.Models;

/// <summary>How the JSON files of a model folder are laid out.</summary>
internal static class JsonLayout
{
    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}
