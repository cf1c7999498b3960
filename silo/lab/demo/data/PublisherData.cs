using System.Text.Encodings.Web;
using System.Text.Json;
using Federated.Lab.Corpus;

namespace Federated.Lab.Demo.Data;

/// <summary>Turns the API documentation of a publisher's packages into the records of an organisation.</summary>
/// <remarks>
/// One documented type or member is one record; exact and near duplicates go before the data become anyone's, so that no
/// record stands on both sides of a hold-out. Records of one declaring type share a group, since overloads are near copies.
/// </remarks>
internal static class PublisherData
{
    /// <summary>Below this an organisation has too little text to learn from and to be judged by.</summary>
    public const int FewestRecords = 500;

    /// <summary>Above this an organisation would need more time than the demo has.</summary>
    public const int MostRecords = 6000;

    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The publisher's distinct records, at most <see cref="MostRecords"/>, spread evenly over its types.</summary>
    /// <exception cref="DemoException">Its packages are not on this machine, or hold too little text.</exception>
    public static IReadOnlyList<DocumentedMember> Read(RestoredPackages packages, Publisher publisher)
    {
        var files = packages.DocumentationFiles(publisher);
        var members = NearDuplicates.Remove(XmlDocumentationCorpus.Read(files));
        if (members.Count < FewestRecords)
        {
            throw new DemoException(
                ExitCode.Usage,
                $"publisher {publisher.Name}: {members.Count} records in {files.Count} documentation files of "
                    + $"{string.Join(", ", publisher.Packages)}, expected at least {FewestRecords}. Run: dotnet restore Federated.sln "
                    + "(with NUGET_XMLDOC_MODE unset, which drops such files), or bring your own text with --data DIR."
            );
        }

        return Thin(members);
    }

    /// <summary>Writes <paramref name="members"/> as JSON lines and says whose they are.</summary>
    public static Organisation Write(string name, IReadOnlyList<DocumentedMember> members, string file)
    {
        using var writer = new StreamWriter(file);
        foreach (var member in members)
        {
            writer.WriteLine(JsonSerializer.Serialize(new { text = member.Text, group = member.DeclaringType }, Plain));
        }

        return new Organisation(name, file, members.Count);
    }

    private static IReadOnlyList<DocumentedMember> Thin(IReadOnlyList<DocumentedMember> members) =>
        members.Count <= MostRecords
            ? members
            : [.. Enumerable.Range(0, MostRecords).Select(i => members[(int)((long)i * members.Count / MostRecords)])];
}
