using System.Text.Json;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>
/// The run documents that were offered to this node and what became of each: <c>runs/{digest}/document.json</c> and
/// <c>decision.json</c>. `fednode runs approve` writes the decision while another process works; the worker reads it before it asks
/// for work.
/// </summary>
internal sealed class OfferedRuns(NodeHome home, TimeProvider time)
{
    private const string DocumentName = "document.json";
    private const string DecisionName = "decision.json";

    /// <summary>Run documents that a home keeps, whatever a silo offers: each may have a megabyte.</summary>
    public const int MostDocuments = 5000;

    /// <summary>Digests of all runs that were ever offered.</summary>
    public IReadOnlyList<string> Digests =>
        Directory.Exists(home.RunsFolder)
            ?
            [
                .. Directory
                    .GetDirectories(home.RunsFolder)
                    .Where(folder => File.Exists(Path.Combine(folder, DocumentName)))
                    .Select(folder => Path.GetFileName(folder))
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    /// <summary>Keeps an offered document, after checking that it is what its digest says.</summary>
    /// <returns>The document.</returns>
    /// <exception cref="RunDocumentException">The document is not valid.</exception>
    /// <exception cref="SiloRefusedException">The digest is of something else.</exception>
    public RunDocument Keep(CheckInAnswer.Offer offer)
    {
        if (CanonicalRunDocument.Digest(offer.Document.AsSpan()) != offer.RunDigest)
        {
            throw new SiloRefusedException($"the silo offered run {offer.RunDigest} with a document of another digest");
        }

        var document = CanonicalRunDocument.Parse(offer.Document);
        if (!Directory.Exists(home.RunFolder(offer.RunDigest)) && Digests.Count >= MostDocuments)
        {
            throw new SiloRefusedException(
                $"{home.RunsFolder} holds {Digests.Count} run documents and takes no more; remove folders of runs that are over"
            );
        }

        Directory.CreateDirectory(home.RunFolder(offer.RunDigest));
        DurableFile.Write(Path.Combine(home.RunFolder(offer.RunDigest), DocumentName), offer.Document);
        return document;
    }

    /// <summary>The document of a run; null when it was never offered.</summary>
    /// <exception cref="NodeHomeException">The file is not what the owner's answer was about.</exception>
    public RunDocument? Document(string runDigest) =>
        File.Exists(FileOf(runDigest)) ? CanonicalRunDocument.Parse(Bytes(runDigest)) : null;

    /// <summary>The canonical bytes of a run that was offered.</summary>
    /// <exception cref="NodeHomeException">The file is not what the owner's answer was about.</exception>
    public byte[] Bytes(string runDigest)
    {
        var bytes = File.ReadAllBytes(FileOf(runDigest));
        return CanonicalRunDocument.Digest(bytes) == runDigest
            ? bytes
            : throw new NodeHomeException(
                $"{FileOf(runDigest)}: was changed, and is not the run that was agreed to; restore it from a backup"
            );
    }

    /// <summary>The decision about a run; null when there is none.</summary>
    /// <exception cref="NodeHomeException">The file cannot be read.</exception>
    public OwnerDecision? Decision(string runDigest)
    {
        var file = Path.Combine(home.RunFolder(runDigest), DecisionName);
        try
        {
            return File.Exists(file)
                ? JsonSerializer.Deserialize<OwnerDecision>(File.ReadAllBytes(file), NodeJson.Options)
                : null;
        }
        catch (JsonException error)
        {
            throw new NodeHomeException($"{file}: cannot be read; remove it to decide again", error);
        }
    }

    /// <summary>Decides about a run.</summary>
    public void Decide(string runDigest, ConsentAnswer answer, string by, string reason) =>
        DurableFile.Write(
            Path.Combine(home.RunFolder(runDigest), DecisionName),
            JsonSerializer.SerializeToUtf8Bytes(
                new OwnerDecision(answer, by, reason, time.GetUtcNow()),
                NodeJson.Options
            )
        );

    /// <summary>The run's name for people.</summary>
    public string NameOf(string runDigest) =>
        Document(runDigest) is { } document ? RunName.Of(document) : RunName.FromDigest(runDigest);

    private string FileOf(string runDigest) => Path.Combine(home.RunFolder(runDigest), DocumentName);

    /// <summary>What the owner types to answer an offer.</summary>
    /// <param name="answer">approve or decline.</param>
    /// <param name="runDigest">The run.</param>
    public string Command(string answer, string runDigest) => home.Command($"runs {answer} {runDigest[..12]}");

    /// <summary>The one digest that begins with <paramref name="prefix"/> or whose run has this name.</summary>
    /// <exception cref="NodeHomeException">None, or several.</exception>
    public string Find(string prefix)
    {
        var found = Digests
            .Where(digest => digest.StartsWith(prefix, StringComparison.Ordinal) || NameOf(digest) == prefix)
            .ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new NodeHomeException(
                $"run {prefix}: was never offered to this node; see `{home.Command("runs list")}`"
            ),
            _ => throw new NodeHomeException($"run {prefix}: fits {found.Count} runs; give more digits of the digest"),
        };
    }
}
