namespace Federated.Adapters.Text;

/// <summary>A piece of a template's source.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">Its text.</param>
internal readonly record struct JinjaToken(JinjaKind Kind, string Value);
