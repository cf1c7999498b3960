namespace Federated.Adapters.Text;

/// <summary>A function, method or macro of a template.</summary>
/// <param name="arguments">Values by position.</param>
/// <param name="named">Values by name.</param>
internal delegate object? JinjaFunction(IReadOnlyList<object?> arguments, IReadOnlyDictionary<string, object?> named);
