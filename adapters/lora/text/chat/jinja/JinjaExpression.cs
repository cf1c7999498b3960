namespace Federated.Adapters.Text;

/// <summary>An expression of a template, ready to evaluate.</summary>
/// <param name="scope">Its variables.</param>
/// <returns>null (none), <see cref="JinjaUndefined"/>, bool, long, double, string, a list, a dictionary or a <see cref="JinjaFunction"/>.</returns>
internal delegate object? JinjaExpression(JinjaScope scope);
