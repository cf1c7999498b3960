using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Federated.Lab.Corpus;

/// <summary>Turns the markup inside a documentation element into plain text.</summary>
internal static partial class DocumentationText
{
    public static string Of(XElement? element, IReadOnlyDictionary<string, string[]> typeParameters)
    {
        if (element is null)
        {
            return "";
        }

        var text = new StringBuilder();
        Append(text, element, typeParameters);
        return SpaceBeforeSign().Replace(Whitespace().Replace(text.ToString(), " "), "$1").Trim();
    }

    private static void Append(
        StringBuilder text,
        XElement element,
        IReadOnlyDictionary<string, string[]> typeParameters
    )
    {
        foreach (var node in element.Nodes())
        {
            if (node is XText plain)
            {
                text.Append(plain.Value);
            }
            else if (node is XElement child)
            {
                AppendElement(text, child, typeParameters);
            }
        }
    }

    private static void AppendElement(
        StringBuilder text,
        XElement element,
        IReadOnlyDictionary<string, string[]> typeParameters
    )
    {
        switch (element.Name.LocalName)
        {
            // Program text is not English.
            case "code":
                return;
            case "see" or "seealso" or "xref" when !element.Nodes().Any():
                text.Append(Reference(element, typeParameters));
                return;
            case "paramref" or "typeparamref":
                text.Append(element.Attribute("name")?.Value);
                return;
            case "para" or "item" or "description" or "term" or "list" or "p" or "li" or "ul" or "br":
                text.Append(' ');
                Append(text, element, typeParameters);
                text.Append(' ');
                return;
            default:
                Append(text, element, typeParameters);
                return;
        }
    }

    private static string Reference(XElement element, IReadOnlyDictionary<string, string[]> typeParameters)
    {
        if (element.Attribute("langword")?.Value is { } word)
        {
            return word;
        }

        var id = element.Attribute("cref")?.Value ?? element.Attribute("uid")?.Value;
        return id is null
            ? element.Attribute("href")?.Value ?? ""
            : MemberId.Parse(id.Contains(':', StringComparison.Ordinal) ? id : $"T:{id}").Readable(typeParameters);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();

    [GeneratedRegex(@" ([.,;:)])(?=\s|$)")]
    private static partial Regex SpaceBeforeSign();
}
