using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Text;

/// <summary>The pieces of a template, read one after the other.</summary>
internal sealed class JinjaTokens(List<JinjaToken> tokens, string source)
{
    private const int MaxDepth = 200;
    private int _at;
    private int _depth;

    /// <summary>The piece that comes next.</summary>
    public JinjaToken Next => tokens[_at];

    /// <summary>The piece after that.</summary>
    public JinjaToken AfterNext => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    /// <summary>Takes the next piece.</summary>
    public JinjaToken Take() => Next.Kind == JinjaKind.End ? throw Invalid("it breaks off") : tokens[_at++];

    /// <summary>Takes the next piece if it is this sign.</summary>
    public bool TakeSign(string sign) => TakeIf(JinjaKind.Sign, sign);

    /// <summary>Takes the next piece if it is this name.</summary>
    public bool TakeName(string name) => TakeIf(JinjaKind.Name, name);

    /// <summary>Takes a name, whatever it is.</summary>
    public string AnyName() => Expect(JinjaKind.Name);

    /// <summary>Takes this sign, or refuses.</summary>
    public void ExpectSign(string sign)
    {
        if (!TakeSign(sign))
        {
            throw Invalid($"'{sign}' is missing before '{Next.Value}'");
        }
    }

    /// <summary>Takes a piece of a kind, or refuses.</summary>
    public string Expect(JinjaKind kind) =>
        Next.Kind == kind ? Take().Value : throw Invalid($"'{Next.Value}' stands where a {kind} belongs");

    /// <summary>Goes one level deeper for the time of a read; nesting has an end.</summary>
    public T Deeper<T>(Func<T> read)
    {
        if (++_depth > MaxDepth)
        {
            throw Invalid("it is nested too deeply");
        }

        var value = read();
        _depth--;
        return value;
    }

    /// <summary>A refusal of the template.</summary>
    public InvalidCheckpointException Invalid(string complaint) =>
        new($"{source}: the chat template is not understood: {complaint}.");

    private bool TakeIf(JinjaKind kind, string value)
    {
        var found = Next.Kind == kind && Next.Value == value;
        _at += found ? 1 : 0;
        return found;
    }
}
