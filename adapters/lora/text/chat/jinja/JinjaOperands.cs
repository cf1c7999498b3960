using System.Globalization;

namespace Federated.Adapters.Text;

/// <summary>Reads what operators stand between: literals, names, lists, calls, and the filters and tests behind them.</summary>
/// <param name="tokens">The template.</param>
/// <param name="expression">Reads a whole expression, inside brackets.</param>
/// <param name="operand">Reads an operand with its sign.</param>
internal sealed class JinjaOperands(JinjaTokens tokens, Func<JinjaExpression> expression, Func<JinjaExpression> operand)
{
    /// <summary>Reads an operand.</summary>
    public JinjaExpression Read() => Filtered(Postfix(Primary()));

    private JinjaExpression Primary()
    {
        var token = tokens.Take();
        switch (token.Kind)
        {
            case JinjaKind.String:
                var text = token.Value;
                while (tokens.Next.Kind == JinjaKind.String)
                {
                    text += tokens.Take().Value;
                }

                return _ => text;
            case JinjaKind.Number:
                object number = long.TryParse(
                    token.Value,
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var whole
                )
                    ? (object)whole
                    : double.Parse(token.Value, CultureInfo.InvariantCulture);
                return _ => number;
            case JinjaKind.Name:
                return token.Value switch
                {
                    "true" or "True" => _ => true,
                    "false" or "False" => _ => false,
                    "none" or "None" => _ => null,
                    var name => scope => scope.Get(name),
                };
            case JinjaKind.Sign when token.Value == "(":
                return Parenthesis();
            case JinjaKind.Sign when token.Value == "[":
                var items = Items("]");
                return scope => items.Select(item => item(scope)).ToList();
            case JinjaKind.Sign when token.Value == "{":
                return Dictionary();
            default:
                throw tokens.Invalid($"'{token.Value}' begins no expression");
        }
    }

    private JinjaExpression Parenthesis()
    {
        var items = Items(")", out var tuple);
        return items.Count == 1 && !tuple ? items[0] : scope => items.Select(item => item(scope)).ToList();
    }

    private List<JinjaExpression> Items(string close) => Items(close, out _);

    private List<JinjaExpression> Items(string close, out bool comma)
    {
        var items = new List<JinjaExpression>();
        comma = false;
        while (!tokens.TakeSign(close))
        {
            items.Add(expression());
            if (!tokens.TakeSign(","))
            {
                tokens.ExpectSign(close);
                break;
            }

            comma = true;
        }

        return items;
    }

    private JinjaExpression Dictionary()
    {
        var entries = new List<(JinjaExpression Key, JinjaExpression Value)>();
        while (!tokens.TakeSign("}"))
        {
            var key = expression();
            tokens.ExpectSign(":");
            entries.Add((key, expression()));
            if (!tokens.TakeSign(","))
            {
                tokens.ExpectSign("}");
                break;
            }
        }

        return scope => entries.ToDictionary(entry => JinjaValues.Text(entry.Key(scope)), entry => entry.Value(scope));
    }

    private JinjaExpression Postfix(JinjaExpression value)
    {
        while (true)
        {
            var target = value;
            if (tokens.TakeSign("."))
            {
                var name = tokens.Next.Kind == JinjaKind.Number ? tokens.Take().Value : tokens.AnyName();
                value = scope => JinjaValues.Attribute(target(scope), name);
            }
            else if (tokens.TakeSign("["))
            {
                value = Subscript(target);
            }
            else if (tokens.TakeSign("("))
            {
                var call = Arguments();
                value = scope => JinjaValues.Call(target(scope), call.Positional(scope), call.Named(scope));
            }
            else
            {
                return value;
            }
        }
    }

    private JinjaExpression Subscript(JinjaExpression target)
    {
        JinjaExpression? Part() => tokens.Next is { Kind: JinjaKind.Sign, Value: ":" or "]" } ? null : expression();
        var start = Part();
        if (tokens.TakeSign("]"))
        {
            return start is null
                ? throw tokens.Invalid("[] has no index")
                : scope => JinjaValues.Item(target(scope), start(scope));
        }

        tokens.ExpectSign(":");
        var stop = Part();
        var step = tokens.TakeSign(":") ? Part() : null;
        tokens.ExpectSign("]");
        return scope =>
            JinjaValues.Slice(target(scope), start?.Invoke(scope), stop?.Invoke(scope), step?.Invoke(scope));
    }

    private JinjaArguments Arguments()
    {
        var arguments = new JinjaArguments();
        while (!tokens.TakeSign(")"))
        {
            if (tokens.Next.Kind == JinjaKind.Name && tokens.AfterNext is { Kind: JinjaKind.Sign, Value: "=" })
            {
                var name = tokens.AnyName();
                tokens.Take();
                arguments.Add(name, expression());
            }
            else
            {
                arguments.Add(expression());
            }

            if (!tokens.TakeSign(","))
            {
                tokens.ExpectSign(")");
                break;
            }
        }

        return arguments;
    }

    // x | filter(…), x is test, x is not test
    private JinjaExpression Filtered(JinjaExpression value)
    {
        while (true)
        {
            var target = value;
            if (tokens.TakeSign("|"))
            {
                var name = tokens.AnyName();
                var filter = JinjaFilters.Find(name) ?? throw tokens.Invalid($"the filter '{name}' is unknown");
                var arguments = tokens.TakeSign("(") ? Arguments() : new JinjaArguments();
                value = Postfix(scope => filter(target(scope), arguments.Positional(scope), arguments.Named(scope)));
            }
            else if (tokens.TakeName("is"))
            {
                var negated = tokens.TakeName("not");
                var name = tokens.AnyName();
                var test = JinjaTests.Find(name) ?? throw tokens.Invalid($"the test '{name}' is unknown");
                var argument =
                    tokens.TakeSign("(") ? Arguments()
                    : JinjaTests.TakesArgument(name) ? new JinjaArguments(operand())
                    : new JinjaArguments();
                value = scope => test(target(scope), argument.Positional(scope).FirstOrDefault()) != negated;
            }
            else
            {
                return value;
            }
        }
    }
}
