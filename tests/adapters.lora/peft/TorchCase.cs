using System.Text.Json;
using System.Text.Json.Serialization;

namespace Federated.Adapters.Tests.Peft;

/// <summary>A base model with adapters on it, and what is fed to them, for peft_torch.py.</summary>
/// <param name="Model">A Hugging Face folder.</param>
/// <param name="Adapters">PEFT folders; their products add up.</param>
/// <param name="Ids">A text.</param>
/// <param name="Types">Its token types; null: all 0.</param>
internal sealed record TorchCase(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("adapters")] IReadOnlyList<string> Adapters,
    [property: JsonPropertyName("ids")] IReadOnlyList<int> Ids,
    [property: JsonPropertyName("types")] IReadOnlyList<int>? Types = null
)
{
    /// <summary>The logits that python3-torch computes, flat; skips where there is none.</summary>
    public static double[][] Logits(IReadOnlyList<TorchCase> cases)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("cases.json"), JsonSerializer.Serialize(cases));
        return JsonSerializer.Deserialize<double[][]>(Python.RunWithTorch("peft_torch.py", folder.File("cases.json")))!;
    }
}
