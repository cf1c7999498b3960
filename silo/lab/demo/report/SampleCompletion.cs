namespace Federated.Lab.Demo.Reports;

/// <summary>The same beginning, continued greedily by the base model and by the base model with the adapter.</summary>
internal sealed record SampleCompletion(string Prompt, string Before, string After);
