using System.Xml;
using System.Xml.Linq;

namespace Federated.Lab.Corpus;

/// <summary>
/// Reads the XML documentation files that compilers write beside assemblies: one record per documented type or member, its readable
/// name first, then summary, parameters, return value, exceptions and remarks.
/// </summary>
public static class XmlDocumentationCorpus
{
    /// <summary>Shortest body that is kept, in characters; below it there is a name and no sentence.</summary>
    private const int MinBodyLength = 20;

    /// <summary>Reads files.</summary>
    /// <param name="xmlFiles">Paths of documentation files; files of other XML content give no records.</param>
    /// <returns>Records in the order of the files, exact duplicates removed.</returns>
    /// <exception cref="InvalidDataException">A file is not well-formed XML.</exception>
    public static IReadOnlyList<DocumentedMember> Read(IEnumerable<string> xmlFiles)
    {
        ArgumentNullException.ThrowIfNull(xmlFiles);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. xmlFiles.SelectMany(ReadFile).Where(member => seen.Add(member.Text))];
    }

    private static List<DocumentedMember> ReadFile(string path)
    {
        try
        {
            var root = XDocument.Load(path).Root;
            var members = root?.Element("members")?.Elements("member").ToList() ?? [];
            var assembly = root?.Element("assembly")?.Element("name")?.Value ?? Path.GetFileNameWithoutExtension(path);
            var typeParameters = TypeParameters(members);
            return [.. members.Select(member => Read(member, assembly, typeParameters)).OfType<DocumentedMember>()];
        }
        catch (XmlException error)
        {
            throw new InvalidDataException($"{path} is not well-formed XML: {error.Message}", error);
        }
    }

    private static Dictionary<string, string[]> TypeParameters(IEnumerable<XElement> members)
    {
        var parameters = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            var id = member.Attribute("name")?.Value ?? "";
            var names = member
                .Elements("typeparam")
                .Select(parameter => parameter.Attribute("name")?.Value ?? "T")
                .ToArray();
            if (id.StartsWith("T:", StringComparison.Ordinal) && names.Length > 0)
            {
                parameters[id[2..]] = names;
            }
        }

        return parameters;
    }

    private static DocumentedMember? Read(
        XElement element,
        string assembly,
        IReadOnlyDictionary<string, string[]> typeParameters
    )
    {
        var id = MemberId.Parse(element.Attribute("name")?.Value ?? "");
        var body = Body(element, typeParameters);
        if (id.Kind is not ('T' or 'M' or 'P' or 'F' or 'E') || body.Length < MinBodyLength)
        {
            return null;
        }

        var parameters = element.Elements("param").Select(parameter => parameter.Attribute("name")?.Value).ToList();
        var call = parameters.Count > 0 ? $"({string.Join(", ", parameters)})" : "";
        return new DocumentedMember(
            $"{id.Readable(typeParameters)}{call}: {body}",
            id.DeclaringType,
            id.IsConstructor ? "constructor" : id.Member,
            assembly
        );
    }

    private static string Body(XElement element, IReadOnlyDictionary<string, string[]> typeParameters)
    {
        string Text(XElement? part) => DocumentationText.Of(part, typeParameters);
        var summary = Text(element.Element("summary"));
        if (summary.Length == 0)
        {
            return "";
        }

        var parts = new List<string> { summary };
        foreach (var parameter in element.Elements("param"))
        {
            Add(parts, $"{parameter.Attribute("name")?.Value}: ", Text(parameter));
        }

        Add(parts, "Returns: ", Text(element.Element("returns")));
        Add(parts, "Value: ", Text(element.Element("value")));
        foreach (var exception in element.Elements("exception"))
        {
            var type = MemberId.Parse(exception.Attribute("cref")?.Value ?? "T:Exception").Readable(typeParameters);
            Add(parts, $"Throws {type}: ", Text(exception));
        }

        Add(parts, "Remarks: ", Text(element.Element("remarks")));
        return string.Join(" ", parts);
    }

    private static void Add(List<string> parts, string label, string text)
    {
        if (text.Length > 0)
        {
            parts.Add(label + text);
        }
    }
}
