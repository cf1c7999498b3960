namespace Federated.Adapters.Text;

/// <summary>What a piece of a template's source is.</summary>
internal enum JinjaKind
{
    /// <summary>Text outside of tags.</summary>
    Text,

    /// <summary>{{</summary>
    OutputBegin,

    /// <summary>}}</summary>
    OutputEnd,

    /// <summary>{%</summary>
    BlockBegin,

    /// <summary>%}</summary>
    BlockEnd,

    /// <summary>A name or keyword.</summary>
    Name,

    /// <summary>A whole or decimal number.</summary>
    Number,

    /// <summary>A literal in quotes, unescaped.</summary>
    String,

    /// <summary>A sign: + == ( …</summary>
    Sign,

    /// <summary>After the last piece.</summary>
    End,
}
