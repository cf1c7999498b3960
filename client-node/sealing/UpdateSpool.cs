using System.Security.Cryptography;
using System.Text.Json;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>Sealed updates on disk: from the moment their bytes are final until nobody can ask for them again.</summary>
/// <remarks>
/// One folder an update; which files are in it says how far it came. Each appears whole or not at all.
/// <code>
///   spool/{run}/{epoch}-{base}/   update.bin + update.json   (1) final bytes; made under another name and renamed
///                                 attestation.bin            (3) after the ledger's Seal entry (2): may be sent from now on
///                                 receipt.json | refusal.json (4) the silo's answer, before the ledger's Release entry (5)
/// </code>
/// A kill at any point loses nothing and repeats nothing that anyone has seen:
/// <list type="bullet">
/// <item>before (1) nothing has left the machine: the folder's temporary name is removed, the attempt starts again with fresh noise;</item>
/// <item>between (1) and (2) the bytes are final but unknown to the ledger, and unsent since there is no attestation: they are adopted, by
/// writing the Seal entry for them. Had the ledger come first, a kill here would leave an entry whose bytes are gone, and the base would
/// be lost, since training again for a sealed base averages the noise away;</item>
/// <item>between (2) and (3) Seal returns the entry that exists, and the attestation is signed again over the same facts;</item>
/// <item>after (3) the same bytes are sent until the silo answers: it returns the same receipt for the same digest;</item>
/// <item>between (4) and (5) Release is repeated from the kept receipt; it returns the entry that exists.</item>
/// </list>
/// </remarks>
internal sealed class UpdateSpool
{
    internal const string BytesName = "update.bin";
    private const string FactsName = "update.json";
    private const string AttestationName = "attestation.bin";
    private const string ReceiptName = "receipt.json";
    private const string RefusalName = "refusal.json";
    private const string Unfinished = ".unfinished";
    private readonly string _folder;

    /// <summary>Opens a spool, and removes what a killed process left unfinished.</summary>
    /// <param name="folder">An existing folder that this process alone writes.</param>
    public UpdateSpool(string folder)
    {
        _folder = folder;
        foreach (var left in Directory.GetDirectories(folder, "*" + Unfinished, SearchOption.AllDirectories))
        {
            Directory.Delete(left, recursive: true);
        }
    }

    /// <summary>All updates, oldest base first within a run.</summary>
    /// <param name="damaged">
    /// Told of an update that cannot be read and that the silo has taken: it is left out, since nothing has to be done with it.
    /// </param>
    /// <exception cref="NodeHomeException">A file of an update that may still have to be sent was changed by something else.</exception>
    public IReadOnlyList<SealedUpdate> All(Action<string> damaged) =>
        [
            .. Folders()
                .Select(folder => ReadUnlessTaken(folder, damaged))
                .OfType<SealedUpdate>()
                .OrderBy(update => update.RunDigest, StringComparer.Ordinal)
                .ThenBy(update => update.Epoch)
                .ThenBy(update => update.BaseVersion),
        ];

    /// <summary>Removes the updates of a run that nobody needs any more. Their bytes are not looked at; one that cannot be read stays.</summary>
    /// <param name="runDigest">The run.</param>
    /// <param name="isOver">Decides by the facts of an update.</param>
    public void Prune(string runDigest, Predicate<SealedUpdate> isOver)
    {
        var run = Path.Combine(_folder, runDigest);
        foreach (var folder in Directory.Exists(run) ? Directory.GetDirectories(run) : [])
        {
            if (Facts(folder) is { } update && isOver(update))
            {
                Remove(update);
            }
        }
    }

    /// <summary>The update that was sealed for a base, or null.</summary>
    public SealedUpdate? Find(string runDigest, long epoch, long baseVersion) =>
        FolderOf(runDigest, epoch, baseVersion) is var folder && Directory.Exists(folder) ? Read(folder) : null;

    /// <summary>(1) Makes final bytes durable.</summary>
    /// <param name="update">The facts; digest and length are set here.</param>
    /// <param name="bytes">The bytes, already noised.</param>
    /// <exception cref="InvalidOperationException">There are bytes for this base already.</exception>
    public SealedUpdate Put(SealedUpdate update, ReadOnlySpan<byte> bytes)
    {
        var folder = FolderOf(update);
        if (Directory.Exists(folder))
        {
            throw new InvalidOperationException(
                $"base version {update.BaseVersion} is sealed already: send those bytes"
            );
        }

        var whole = update with
        {
            UpdateDigest = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Length = bytes.Length,
            Folder = folder,
        };
        var unfinished = folder + Unfinished;
        Directory.CreateDirectory(unfinished);
        DurableFile.WriteInPlace(Path.Combine(unfinished, BytesName), bytes);
        DurableFile.WriteInPlace(
            Path.Combine(unfinished, FactsName),
            JsonSerializer.SerializeToUtf8Bytes(whole, NodeJson.Options)
        );
        DurableFile.SyncFolder(unfinished);
        Directory.Move(unfinished, folder);
        DurableFile.SyncFolder(Path.GetDirectoryName(folder)!);
        DurableFile.SyncFolder(_folder);
        return whole;
    }

    /// <summary>(3) Keeps the signed attestation: from now on the update may be sent.</summary>
    public SealedUpdate Attest(SealedUpdate update, SignedAttestation attestation)
    {
        DurableFile.Write(Path.Combine(FolderOf(update), AttestationName), attestation.Encode());
        return update with { Attestation = attestation };
    }

    /// <summary>(4) Keeps the silo's receipt.</summary>
    public SealedUpdate Acknowledge(SealedUpdate update, SignedReceipt receipt)
    {
        Write(update, ReceiptName, receipt);
        return update with { IsAnswered = true };
    }

    /// <summary>(4) Keeps the silo's final no: the bytes stay, and go out again only if the silo asks for this base again.</summary>
    public SealedUpdate Refuse(SealedUpdate update, UploadAnswer.Refused refusal)
    {
        Write(update, RefusalName, refusal);
        return update with { IsAnswered = true };
    }

    /// <summary>The receipt of an update, or null.</summary>
    /// <exception cref="NodeHomeException">It was changed by something else.</exception>
    public SignedReceipt? ReceiptOf(SealedUpdate update)
    {
        var file = Path.Combine(FolderOf(update), ReceiptName);
        try
        {
            return File.Exists(file)
                ? JsonSerializer.Deserialize<SignedReceipt>(File.ReadAllBytes(file), NodeJson.Options)
                : null;
        }
        catch (JsonException error)
        {
            throw new NodeHomeException($"{file}: cannot be read; remove it, and the silo gives the same again", error);
        }
    }

    /// <summary>Removes an update that nobody can ask for again.</summary>
    public void Remove(SealedUpdate update)
    {
        // Renamed first: a kill in the middle leaves an unfinished folder, which the next start removes.
        var folder = FolderOf(update);
        var leaving = folder + Unfinished;
        Directory.Move(folder, leaving);
        Directory.Delete(leaving, recursive: true);
    }

    private void Write<T>(SealedUpdate update, string name, T value) =>
        DurableFile.Write(
            Path.Combine(FolderOf(update), name),
            JsonSerializer.SerializeToUtf8Bytes(value, NodeJson.Options)
        );

    private IEnumerable<string> Folders() =>
        Directory.GetDirectories(_folder).Order(StringComparer.Ordinal).SelectMany(Directory.GetDirectories);

    private static SealedUpdate? ReadUnlessTaken(string folder, Action<string> damaged)
    {
        try
        {
            return Read(folder);
        }
        catch (NodeHomeException error) when (File.Exists(Path.Combine(folder, ReceiptName)))
        {
            damaged(error.Message);
            return null;
        }
    }

    private static SealedUpdate? Facts(string folder)
    {
        try
        {
            return ReadFacts(folder);
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            return null;
        }
    }

    private static SealedUpdate ReadFacts(string folder) =>
        JsonSerializer.Deserialize<SealedUpdate>(
            File.ReadAllBytes(Path.Combine(folder, FactsName)),
            NodeJson.Options
        )! with
        {
            Folder = folder,
            IsAnswered =
                File.Exists(Path.Combine(folder, ReceiptName)) || File.Exists(Path.Combine(folder, RefusalName)),
        };

    private static SealedUpdate Read(string folder)
    {
        try
        {
            var update = ReadFacts(folder);
            using (var bytes = File.OpenRead(Path.Combine(folder, BytesName)))
            {
                if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != update.UpdateDigest)
                {
                    throw new NodeHomeException(
                        $"{folder}: {BytesName} is not what was sealed; restore it from a backup"
                    );
                }
            }

            var attestation = Path.Combine(folder, AttestationName);
            return update with
            {
                Attestation = File.Exists(attestation)
                    ? SignedAttestation.Decode(File.ReadAllBytes(attestation))
                    : null,
            };
        }
        catch (Exception error) when (error is JsonException or FormatException or IOException)
        {
            throw new NodeHomeException($"{folder}: cannot be read ({error.Message}); restore it from a backup", error);
        }
    }

    private string FolderOf(SealedUpdate update) => FolderOf(update.RunDigest, update.Epoch, update.BaseVersion);

    private string FolderOf(string runDigest, long epoch, long baseVersion) =>
        Path.Combine(_folder, runDigest, $"{epoch}-{baseVersion}");
}
