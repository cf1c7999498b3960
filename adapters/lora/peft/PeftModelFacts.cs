namespace Federated.Adapters;

/// <summary>What adapter_config.json says of the base model beside its name, told by the names that families give their layers.</summary>
/// <param name="FanInFanOut">Whether the adapted layers hold their weights transposed: GPT-2's Conv1D.</param>
/// <param name="TaskType">CAUSAL_LM for language models; null for classifiers, whose heads PEFT would otherwise wrap a second time.</param>
internal sealed record PeftModelFacts(bool FanInFanOut, string? TaskType)
{
    /// <summary>Reads the facts off the paths of the adapted layers.</summary>
    public static PeftModelFacts Of(IReadOnlyList<string> paths)
    {
        bool All(string prefix) => paths.All(path => path.StartsWith(prefix, StringComparison.Ordinal));
        bool Any(string prefix) => paths.Any(path => path.StartsWith(prefix, StringComparison.Ordinal));
        var classifier = Any("bert.") || Any("roberta.") || Any("classifier") || Any("conv.") || Any("fc.");
        return new PeftModelFacts(All("transformer.h."), classifier ? null : "CAUSAL_LM");
    }
}
