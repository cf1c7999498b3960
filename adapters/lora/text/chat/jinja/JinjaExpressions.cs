using System.Globalization;

namespace Federated.Adapters.Text;

/// <summary>Reads expressions, by Jinja's order of precedence.</summary>
internal sealed class JinjaExpressions(JinjaTokens tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", ">", "<=", ">="];

    /// <summary>Reads an expression: a if b else c, and what binds tighter.</summary>
    public JinjaExpression Read() =>
        tokens.Deeper(() =>
        {
            var value = ReadWithoutCondition();
            if (!tokens.TakeName("if"))
            {
                return value;
            }

            var condition = ReadWithoutCondition();
            var otherwise = tokens.TakeName("else") ? Read() : _ => JinjaUndefined.Value;
            return scope => JinjaValues.IsTrue(condition(scope)) ? value(scope) : otherwise(scope);
        });

    /// <summary>Reads an expression that "if" ends.</summary>
    public JinjaExpression ReadWithoutCondition()
    {
        var left = And();
        while (tokens.TakeName("or"))
        {
            var (first, second) = (left, And());
            left = scope => first(scope) is var value && JinjaValues.IsTrue(value) ? value : second(scope);
        }

        return left;
    }

    private JinjaExpression And()
    {
        var left = Not();
        while (tokens.TakeName("and"))
        {
            var (first, second) = (left, Not());
            left = scope => first(scope) is var value && JinjaValues.IsTrue(value) ? second(scope) : value;
        }

        return left;
    }

    private JinjaExpression Not()
    {
        if (!tokens.TakeName("not"))
        {
            return Comparison();
        }

        var value = tokens.Deeper(Not);
        return scope => !JinjaValues.IsTrue(value(scope));
    }

    private JinjaExpression Comparison()
    {
        var left = Sum();
        while (true)
        {
            var first = left;
            if (tokens.Next.Kind == JinjaKind.Sign && Comparisons.Contains(tokens.Next.Value))
            {
                var (sign, second) = (tokens.Take().Value, Sum());
                left = scope => JinjaValues.Compare(sign, first(scope), second(scope));
            }
            else if (tokens.TakeName("in"))
            {
                var second = Sum();
                left = scope => JinjaValues.Contains(second(scope), first(scope));
            }
            else if (tokens.Next is { Kind: JinjaKind.Name, Value: "not" } && tokens.AfterNext.Value == "in")
            {
                tokens.Take();
                tokens.Take();
                var second = Sum();
                left = scope => !JinjaValues.Contains(second(scope), first(scope));
            }
            else
            {
                return left;
            }
        }
    }

    private JinjaExpression Sum() =>
        Operations(() => Operations(() => Operations(Unary, "*", "/", "//", "%"), "~"), "+", "-");

    private JinjaExpression Operations(Func<JinjaExpression> operand, params string[] signs)
    {
        var left = operand();
        while (tokens.Next.Kind == JinjaKind.Sign && signs.Contains(tokens.Next.Value))
        {
            var (first, sign, second) = (left, tokens.Take().Value, operand());
            left = scope => JinjaValues.Calculate(sign, first(scope), second(scope));
        }

        return left;
    }

    private JinjaExpression Unary()
    {
        if (tokens.TakeSign("-"))
        {
            var value = tokens.Deeper(Unary);
            return scope => JinjaValues.Calculate("-", 0L, value(scope));
        }

        return Filtered(Postfix(Primary()));
    }

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
            items.Add(Read());
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
            var key = Read();
            tokens.ExpectSign(":");
            entries.Add((key, Read()));
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
        JinjaExpression? Part() => tokens.Next is { Kind: JinjaKind.Sign, Value: ":" or "]" } ? null : Read();
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
                arguments.Add(name, Read());
            }
            else
            {
                arguments.Add(Read());
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
                    : JinjaTests.TakesArgument(name) ? new JinjaArguments(Unary())
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
