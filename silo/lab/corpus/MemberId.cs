using System.Globalization;

namespace Federated.Lab.Corpus;

/// <summary>A documentation id such as "M:System.Collections.Generic.List`1.Add(`0)", taken apart.</summary>
/// <param name="Kind">T, M, P, F, E or N; '!' where the compiler could not resolve it.</param>
/// <param name="DeclaringType">Full name of the type, with arity marks.</param>
/// <param name="Member">Simple name of the member, empty for a type.</param>
internal sealed record MemberId(char Kind, string DeclaringType, string Member)
{
    public bool IsConstructor => Member is "#ctor" or "#cctor";

    public static MemberId Parse(string id)
    {
        var kind = id.Length > 1 && id[1] == ':' ? id[0] : '!';
        var path = id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var end = path.AsSpan().IndexOfAny('(', '~');
        path = end < 0 ? path : path[..end];
        if (kind is 'T' or 'N')
        {
            return new MemberId(kind, path, "");
        }

        var dot = path.LastIndexOf('.');
        var member = path[(dot + 1)..];

        // An explicit implementation: the interface's name, with # for its dots, is no part of the member's own.
        if (!member.StartsWith('#') && member.LastIndexOf('#') is var mark and >= 0)
        {
            member = member[(mark + 1)..];
        }

        var arity = member.IndexOf('`', StringComparison.Ordinal);
        return new MemberId(kind, dot < 0 ? "" : path[..dot], arity < 0 ? member : member[..arity]);
    }

    /// <summary>"List&lt;T&gt;" for "System.Collections.Generic.List`1".</summary>
    public static string ShortTypeName(string type, IReadOnlyDictionary<string, string[]> typeParameters)
    {
        var name = type[(type.LastIndexOf('.') + 1)..];
        var mark = name.IndexOf('`', StringComparison.Ordinal);
        if (mark < 0)
        {
            return name;
        }

        var parameters =
            typeParameters.TryGetValue(type, out var named) ? named
            : int.TryParse(name[(mark + 1)..], CultureInfo.InvariantCulture, out var arity) && arity is > 1 and < 20
                ? [.. Enumerable.Range(1, arity).Select(index => $"T{index}")]
            : ["T"];
        return $"{name[..mark]}<{string.Join(", ", parameters)}>";
    }

    /// <summary>How a sentence names it: "String", "String.Concat", "List&lt;T&gt;.Count".</summary>
    public string Readable(IReadOnlyDictionary<string, string[]> typeParameters)
    {
        var type = ShortTypeName(DeclaringType, typeParameters);
        return Member.Length == 0 || IsConstructor || type.Length == 0
            ? type + (type.Length == 0 ? Member : "")
            : $"{type}.{Member}";
    }
}
