namespace Federated.Aggregation;

/// <summary>What a model made of a prompt; both are public.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Text">Its likeliest continuation.</param>
public sealed record GenerationSample(string Prompt, string Text);
