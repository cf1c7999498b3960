using Federated.Lab.Corpus;

namespace Federated.Lab.Pretrain;

/// <summary>The text of pretraining: what is learned from, and whole assemblies that are not.</summary>
/// <param name="Training">Records to learn from, near-duplicates removed.</param>
/// <param name="HeldOut">Records of the held-out assemblies, none a near-duplicate of another or of a training record.</param>
public sealed record PretrainingCorpus(
    IReadOnlyList<DocumentedMember> Training,
    IReadOnlyList<DocumentedMember> HeldOut
)
{
    /// <summary>Assemblies that are only measured on: different subjects, each with hundreds of documented members.</summary>
    public static readonly IReadOnlyList<string> HeldOutAssemblies =
    [
        "System.Collections.Immutable",
        "System.Diagnostics.Process",
        "System.Net.Http",
        "System.Text.RegularExpressions",
        "System.Threading.Tasks.Dataflow",
        "Microsoft.AspNetCore.SignalR.Core",
    ];

    /// <summary>Assemblies whose documentation is lists of processor instructions rather than English.</summary>
    public static readonly IReadOnlyList<string> ExcludedAssemblies = ["System.Runtime.Intrinsics"];

    /// <summary>Reads documentation files and splits them.</summary>
    /// <param name="xmlFiles">The files.</param>
    /// <returns>The corpus.</returns>
    public static PretrainingCorpus Read(IEnumerable<string> xmlFiles)
    {
        var members = XmlDocumentationCorpus
            .Read(xmlFiles)
            .Where(member => !ExcludedAssemblies.Contains(member.Assembly))
            .ToLookup(member => HeldOutAssemblies.Contains(member.Assembly));
        var index = new NearDuplicateIndex();
        var training = members[false].Where(member => index.Add(member.Body)).ToList();
        return new PretrainingCorpus(training, NearDuplicates.Remove(members[true], member => member.Body, index));
    }
}
