namespace Federated.Adapters.Text;

/// <summary>The tests (x is …) that chat templates use.</summary>
internal static class JinjaTests
{
    /// <summary>A test: value, and its one argument where it takes one.</summary>
    internal delegate bool Test(object? value, object? argument);

    /// <summary>Finds a test.</summary>
    /// <returns>The test; null when there is none of the name.</returns>
    public static Test? Find(string name) =>
        name switch
        {
            "defined" => (value, _) => value is not JinjaUndefined,
            "undefined" => (value, _) => value is JinjaUndefined,
            "none" => (value, _) => value is null,
            "string" => (value, _) => value is string,
            "number" => (value, _) => value is long or double or bool,
            "boolean" => (value, _) => value is bool,
            "integer" => (value, _) => value is long,
            "mapping" => (value, _) => value is Dictionary<string, object?>,
            "sequence" or "iterable" => (value, _) =>
                value is string or IReadOnlyList<object?> or Dictionary<string, object?>,
            "true" => (value, _) => value is true,
            "false" => (value, _) => value is false,
            "odd" => (value, _) => value is long number && number % 2 != 0,
            "even" => (value, _) => value is long number && number % 2 == 0,
            "callable" => (value, _) => value is JinjaFunction,
            "equalto" or "eq" or "==" => JinjaValues.AreEqual,
            "ne" => (value, argument) => !JinjaValues.AreEqual(value, argument),
            "in" => (value, argument) => JinjaValues.Contains(argument, value),
            _ => null,
        };

    /// <summary>Whether a test takes an argument, which may stand without parentheses.</summary>
    public static bool TakesArgument(string name) => name is "equalto" or "eq" or "ne" or "in";
}
