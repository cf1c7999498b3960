using System.Text;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Text;

/// <summary>Cuts a template's source into pieces, and does its white space: "-" at a tag's side, trim_blocks, lstrip_blocks.</summary>
internal sealed class JinjaLexer
{
    // Longer signs first.
    private static readonly string[] Signs =
    [
        "==",
        "!=",
        "<=",
        ">=",
        "//",
        "**",
        "+",
        "-",
        "*",
        "/",
        "%",
        "~",
        "<",
        ">",
        "=",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".",
        ":",
        "|",
    ];

    private readonly string _text;
    private readonly string _source;
    private readonly List<JinjaToken> _tokens = [];
    private int _at;

    private JinjaLexer(string text, string source)
    {
        // Jinja drops one line end at the end.
        _text = text.ReplaceLineEndings("\n");
        _text = _text.EndsWith('\n') ? _text[..^1] : _text;
        _source = source;
    }

    /// <summary>Cuts a source.</summary>
    /// <exception cref="InvalidCheckpointException">A tag or literal has no end, or a character belongs to no sign.</exception>
    public static List<JinjaToken> Read(string text, string source)
    {
        var lexer = new JinjaLexer(text, source);
        lexer.Read();
        return lexer._tokens;
    }

    private void Read()
    {
        var (trimAll, trimLine) = (false, false);
        while (_at < _text.Length)
        {
            var open = NextTag();
            var plain = _text[_at..(open < 0 ? _text.Length : open)];
            plain =
                trimAll ? plain.TrimStart()
                : trimLine && plain.StartsWith('\n') ? plain[1..]
                : plain;
            if (open < 0)
            {
                Add(plain);
                break;
            }

            var mark = open + 2 < _text.Length ? _text[open + 2] : ' ';
            var isBlock = _text[open + 1] != '{';
            plain =
                mark == '-' ? plain.TrimEnd()
                : isBlock && mark != '+' ? WithoutIndent(plain, open)
                : plain;
            Add(plain);
            _at = open + (mark is '-' or '+' ? 3 : 2);
            (trimAll, trimLine) = Tag(_text[open + 1]);
        }

        _tokens.Add(new JinjaToken(JinjaKind.End, ""));
    }

    private int NextTag()
    {
        for (var i = _at; i + 1 < _text.Length; i++)
        {
            if (_text[i] == '{' && _text[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    // lstrip_blocks: blanks between the beginning of a line and a block go.
    private string WithoutIndent(string plain, int open)
    {
        var stripped = plain.TrimEnd(' ', '\t');
        var lineBegins =
            stripped.Length > 0 ? stripped[^1] == '\n' : open == plain.Length || BeforeIsLineEnd(open - plain.Length);
        return lineBegins ? stripped : plain;
    }

    private bool BeforeIsLineEnd(int at) => at == 0 || _text[at - 1] == '\n';

    private void Add(string plain)
    {
        if (plain.Length > 0)
        {
            _tokens.Add(new JinjaToken(JinjaKind.Text, plain));
        }
    }

    // Reads to the end of a tag; answers what its end does to the white space after it.
    private (bool TrimAll, bool TrimLine) Tag(char kind)
    {
        if (kind == '#')
        {
            var end = _text.IndexOf("#}", _at, StringComparison.Ordinal);
            Require(end >= 0, "a comment has no end");
            _at = end + 2;
            return (_text[end - 1] == '-', true);
        }

        var (begin, finish, close) =
            kind == '{'
                ? (JinjaKind.OutputBegin, JinjaKind.OutputEnd, "}}")
                : (JinjaKind.BlockBegin, JinjaKind.BlockEnd, "%}");
        _tokens.Add(new JinjaToken(begin, ""));
        var depth = 0;
        while (true)
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }

            Require(_at < _text.Length, "a tag has no end");
            var minus = _text[_at] == '-' && Follows(close, _at + 1);
            // "}}" may also close two dictionaries.
            if (
                minus
                || (depth == 0 && Follows(close, _at))
                || (depth == 0 && _text[_at] == '+' && Follows(close, _at + 1))
            )
            {
                var plus = _text[_at] == '+';
                _at += close.Length + (minus || plus ? 1 : 0);
                _tokens.Add(new JinjaToken(finish, ""));
                return (minus, kind == '%' && !plus);
            }

            var token = Inside();
            depth +=
                token.Kind == JinjaKind.Sign
                    ? (
                        token.Value is "{" ? 1
                        : token.Value is "}" ? -1
                        : 0
                    )
                    : 0;
            _tokens.Add(token);
        }
    }

    private bool Follows(string sign, int at) => string.CompareOrdinal(_text, at, sign, 0, sign.Length) == 0;

    private JinjaToken Inside()
    {
        var start = _at;
        var first = _text[_at];
        if (first is '\'' or '"')
        {
            return new JinjaToken(JinjaKind.String, Quoted(first));
        }

        if (char.IsAsciiDigit(first))
        {
            while (
                _at < _text.Length
                && (
                    char.IsAsciiDigit(_text[_at])
                    || (_text[_at] == '.' && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1]))
                )
            )
            {
                _at++;
            }

            return new JinjaToken(JinjaKind.Number, _text[start.._at]);
        }

        if (char.IsLetter(first) || first == '_')
        {
            while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] == '_'))
            {
                _at++;
            }

            return new JinjaToken(JinjaKind.Name, _text[start.._at]);
        }

        var sign = Array.Find(Signs, candidate => Follows(candidate, start));
        Require(sign is not null, $"'{first}' is no sign");
        _at += sign!.Length;
        return new JinjaToken(JinjaKind.Sign, sign);
    }

    private string Quoted(char quote)
    {
        var value = new StringBuilder();
        for (_at++; ; _at++)
        {
            Require(_at < _text.Length, "a literal has no end");
            if (_text[_at] == quote)
            {
                _at++;
                return value.ToString();
            }

            if (_text[_at] != '\\')
            {
                value.Append(_text[_at]);
                continue;
            }

            _at++;
            Require(_at < _text.Length, "a literal has no end");
            value.Append(
                _text[_at] switch
                {
                    'n' => "\n",
                    't' => "\t",
                    'r' => "\r",
                    '\\' or '\'' or '"' => _text[_at].ToString(),
                    var other => "\\" + other,
                }
            );
        }
    }

    private void Require(bool holds, string complaint)
    {
        if (!holds)
        {
            throw new InvalidCheckpointException($"{_source}: the chat template is not understood: {complaint}.");
        }
    }
}
