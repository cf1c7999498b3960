using System.Text;

namespace Federated.Adapters.Text;

/// <summary>Reads the blocks of a template.</summary>
internal sealed class JinjaStatements(JinjaTokens tokens)
{
    private readonly JinjaExpressions _expressions = new(tokens);

    /// <summary>Reads the whole template.</summary>
    public JinjaStatement ReadTemplate()
    {
        var body = Until();
        return tokens.Next.Kind == JinjaKind.End ? body : throw tokens.Invalid($"'{tokens.Next.Value}' closes nothing");
    }

    // Statements up to a block that begins with one of the names, which stays unread but for its "{%".
    private JinjaStatement Until(params string[] ends)
    {
        var statements = new List<JinjaStatement>();
        while (tokens.Next.Kind != JinjaKind.End)
        {
            var token = tokens.Take();
            switch (token.Kind)
            {
                case JinjaKind.Text:
                    statements.Add((_, output) => output.Append(token.Value));
                    break;
                case JinjaKind.OutputBegin:
                    var value = _expressions.Read();
                    tokens.Expect(JinjaKind.OutputEnd);
                    statements.Add((scope, output) => output.Append(JinjaValues.Text(value(scope))));
                    break;
                default:
                    if (ends.Contains(tokens.Next.Value))
                    {
                        return All(statements);
                    }

                    statements.Add(tokens.Deeper(Block));
                    break;
            }
        }

        return ends.Length == 0 ? All(statements) : throw tokens.Invalid($"{ends[^1]} is missing");
    }

    private static JinjaStatement All(List<JinjaStatement> statements) =>
        (scope, output) =>
        {
            foreach (var statement in statements)
            {
                scope.Step();
                statement(scope, output);
            }
        };

    private JinjaStatement Block()
    {
        var name = tokens.AnyName();
        switch (name)
        {
            case "if":
                return If();
            case "for":
                return For();
            case "set":
                return Set();
            case "macro":
                return Macro();
            case "generation":
                // Marks what the assistant says, and writes nothing.
                tokens.Expect(JinjaKind.BlockEnd);
                var body = Until("endgeneration");
                End("endgeneration");
                return body;
            default:
                throw tokens.Invalid($"the statement '{name}' is unknown");
        }
    }

    private JinjaStatement If()
    {
        var condition = Condition();
        var then = Until("elif", "else", "endif");
        JinjaStatement? otherwise = null;
        if (tokens.TakeName("elif"))
        {
            otherwise = tokens.Deeper(If);
        }
        else if (tokens.TakeName("else"))
        {
            tokens.Expect(JinjaKind.BlockEnd);
            otherwise = Until("endif");
            End("endif");
        }
        else
        {
            End("endif");
        }

        return (scope, output) =>
        {
            if (JinjaValues.IsTrue(condition(scope)))
            {
                then(scope, output);
            }
            else
            {
                otherwise?.Invoke(scope, output);
            }
        };
    }

    private JinjaExpression Condition()
    {
        var condition = _expressions.Read();
        tokens.Expect(JinjaKind.BlockEnd);
        return condition;
    }

    private JinjaStatement For()
    {
        var names = new List<string> { tokens.AnyName() };
        while (tokens.TakeSign(","))
        {
            names.Add(tokens.AnyName());
        }

        if (!tokens.TakeName("in"))
        {
            throw tokens.Invalid("a loop has no 'in'");
        }

        // Not the whole expression: "if" begins the loop's own condition.
        var items = _expressions.ReadWithoutCondition();
        var condition = tokens.TakeName("if") ? _expressions.Read() : null;
        tokens.Expect(JinjaKind.BlockEnd);
        var body = Until("else", "endfor");
        JinjaStatement? empty = null;
        if (tokens.TakeName("else"))
        {
            tokens.Expect(JinjaKind.BlockEnd);
            empty = Until("endfor");
        }

        End("endfor");
        return new JinjaLoop(names, items, condition, body, empty).Run;
    }

    private JinjaStatement Set()
    {
        var name = tokens.AnyName();
        if (tokens.TakeSign("."))
        {
            var attribute = tokens.AnyName();
            tokens.ExpectSign("=");
            var attributeValue = Condition();
            return (scope, _) =>
            {
                if (scope.Get(name) is not Dictionary<string, object?> target)
                {
                    throw new ChatTemplateException(
                        $"The chat template sets {name}.{attribute}, and {name} is no namespace."
                    );
                }

                target[attribute] = attributeValue(scope);
            };
        }

        if (tokens.TakeSign("="))
        {
            var value = Condition();
            return (scope, _) => scope.Set(name, value(scope));
        }

        tokens.Expect(JinjaKind.BlockEnd);
        var body = Until("endset");
        End("endset");
        return (scope, _) =>
        {
            var text = new StringBuilder();
            body(scope, text);
            scope.Set(name, text.ToString());
        };
    }

    private JinjaStatement Macro()
    {
        var name = tokens.AnyName();
        var parameters = new List<(string Name, JinjaExpression? Default)>();
        tokens.ExpectSign("(");
        while (!tokens.TakeSign(")"))
        {
            var parameter = tokens.AnyName();
            parameters.Add((parameter, tokens.TakeSign("=") ? _expressions.Read() : null));
            _ = tokens.TakeSign(",");
        }

        tokens.Expect(JinjaKind.BlockEnd);
        var body = Until("endmacro");
        End("endmacro");
        return (scope, _) =>
            scope.Set(
                name,
                (JinjaFunction)(
                    (arguments, named) =>
                    {
                        scope.Step();
                        var inner = scope.Inner();
                        foreach (var (index, (parameter, otherwise)) in parameters.Index())
                        {
                            inner.Set(
                                parameter,
                                index < arguments.Count ? arguments[index]
                                    : named.TryGetValue(parameter, out var given) ? given
                                    : otherwise?.Invoke(scope) ?? JinjaUndefined.Value
                            );
                        }

                        var text = new StringBuilder();
                        body(inner, text);
                        return text.ToString();
                    }
                )
            );
    }

    private void End(string name)
    {
        if (!tokens.TakeName(name))
        {
            throw tokens.Invalid($"{name} is missing");
        }

        tokens.Expect(JinjaKind.BlockEnd);
    }
}
