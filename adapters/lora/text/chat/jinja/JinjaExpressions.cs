namespace Federated.Adapters.Text;

/// <summary>Reads expressions, by Jinja's order of precedence.</summary>
internal sealed class JinjaExpressions
{
    private static readonly string[] Comparisons = ["==", "!=", "<", ">", "<=", ">="];
    private readonly JinjaTokens _tokens;
    private readonly JinjaOperands _operands;

    public JinjaExpressions(JinjaTokens tokens)
    {
        _tokens = tokens;
        _operands = new JinjaOperands(tokens, Read, Unary);
    }

    /// <summary>Reads an expression: a if b else c, and what binds tighter.</summary>
    public JinjaExpression Read() =>
        _tokens.Deeper(() =>
        {
            var value = ReadWithoutCondition();
            if (!_tokens.TakeName("if"))
            {
                return value;
            }

            var condition = ReadWithoutCondition();
            var otherwise = _tokens.TakeName("else") ? Read() : _ => JinjaUndefined.Value;
            return scope => JinjaValues.IsTrue(condition(scope)) ? value(scope) : otherwise(scope);
        });

    /// <summary>Reads an expression that "if" ends.</summary>
    public JinjaExpression ReadWithoutCondition()
    {
        var left = And();
        while (_tokens.TakeName("or"))
        {
            var (first, second) = (left, And());
            left = scope => first(scope) is var value && JinjaValues.IsTrue(value) ? value : second(scope);
        }

        return left;
    }

    private JinjaExpression And()
    {
        var left = Not();
        while (_tokens.TakeName("and"))
        {
            var (first, second) = (left, Not());
            left = scope => first(scope) is var value && JinjaValues.IsTrue(value) ? second(scope) : value;
        }

        return left;
    }

    private JinjaExpression Not()
    {
        if (!_tokens.TakeName("not"))
        {
            return Comparison();
        }

        var value = _tokens.Deeper(Not);
        return scope => !JinjaValues.IsTrue(value(scope));
    }

    private JinjaExpression Comparison()
    {
        var left = Sum();
        while (true)
        {
            var first = left;
            if (_tokens.Next.Kind == JinjaKind.Sign && Comparisons.Contains(_tokens.Next.Value))
            {
                var (sign, second) = (_tokens.Take().Value, Sum());
                left = scope => JinjaValues.Compare(sign, first(scope), second(scope));
            }
            else if (_tokens.TakeName("in"))
            {
                var second = Sum();
                left = scope => JinjaValues.Contains(second(scope), first(scope));
            }
            else if (_tokens.Next is { Kind: JinjaKind.Name, Value: "not" } && _tokens.AfterNext.Value == "in")
            {
                _tokens.Take();
                _tokens.Take();
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
        while (_tokens.Next.Kind == JinjaKind.Sign && signs.Contains(_tokens.Next.Value))
        {
            var (first, sign, second) = (left, _tokens.Take().Value, operand());
            left = scope => JinjaValues.Calculate(sign, first(scope), second(scope));
        }

        return left;
    }

    private JinjaExpression Unary()
    {
        if (_tokens.TakeSign("-"))
        {
            var value = _tokens.Deeper(Unary);
            return scope => JinjaValues.Calculate("-", 0L, value(scope));
        }

        return _operands.Read();
    }
}
