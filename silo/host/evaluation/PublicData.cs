using Federated.Adapters;
using Federated.Protocol;

namespace Federated.Silo;

/// <summary>The public record sets that runs of this silo may be judged on, by name.</summary>
internal sealed class PublicData
{
    private readonly IReadOnlyDictionary<string, PublicRecords> _sets;

    private PublicData(IReadOnlyDictionary<string, PublicRecords> sets) => _sets = sets;

    /// <summary>Reads all sets.</summary>
    /// <param name="files">JSONL files by name.</param>
    /// <exception cref="StartupException">A file is missing, or holds something else.</exception>
    public static PublicData Load(IReadOnlyDictionary<string, string> files)
    {
        var sets = new Dictionary<string, PublicRecords>(StringComparer.Ordinal);
        foreach (var (name, file) in files)
        {
            try
            {
                sets.Add(name, PublicRecords.Read(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                throw new StartupException(
                    $"--public-data {name}={file} cannot be used: {e.Message} Name a JSONL file of {{\"text\": \"…\"}} lines.",
                    e
                );
            }
        }

        return new PublicData(sets);
    }

    /// <summary>The set that a document names, with the digest that it names; null = this silo has no such set.</summary>
    public PublicRecords? Find(EvaluationSection evaluation) =>
        _sets.TryGetValue(evaluation.Data, out var records) && records.Sha256 == evaluation.Sha256 ? records : null;

    /// <summary>Why a run cannot be judged here; null = it can, or asks for nothing.</summary>
    public RunDocumentError? WhyNot(RunDocument document)
    {
        if (document.Evaluation is not { } asked)
        {
            return null;
        }

        if (!_sets.TryGetValue(asked.Data, out var records))
        {
            var known = _sets.Count == 0 ? "none" : string.Join(", ", _sets.Keys.Order(StringComparer.Ordinal));
            return new RunDocumentError(
                null,
                "evaluation.data",
                asked.Data,
                $"this silo knows no such public set (it knows: {known})",
                $"start fedsilo with --public-data {asked.Data}=FILE"
            );
        }

        return records.Sha256 == asked.Sha256
            ? null
            : new RunDocumentError(
                null,
                "evaluation.sha256",
                asked.Sha256,
                $"the public set {asked.Data} of this silo has {records.Sha256}",
                "write that digest, or start fedsilo with the file that is meant"
            );
    }
}
