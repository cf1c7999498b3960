using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>
/// The folder in which a node lives: its settings, key, ledger, sealed updates and reports. One process at a time.
/// </summary>
/// <remarks>
/// <code>
///   node.yaml        what the owner decides            ledger.jsonl     what was promised and spent
///   key.pem          this node's identity (0600)       spool/           sealed updates, until nobody can ask for them
///   holdout.key      keyed hash of the split (0600)    runs/{digest}/   documents, the owner's decisions, clipping bounds
///   silo.json        the silo's pinned key             reports/, log/   never sent
///   anchors/         what the ledger ended with last   sources/         keyed digests of records, by source
///   sketch.key       their secret (0600)
/// </code>
/// </remarks>
internal sealed class NodeHome : IDisposable
{
    /// <summary>The folder of a command without <c>--home</c>.</summary>
    public const string DefaultFolder = "fednode";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly FileStream? _lock;

    private NodeHome(string folder, FileStream? @lock)
    {
        Folder = folder;
        _lock = @lock;
    }

    /// <summary>The folder's full path.</summary>
    public string Folder { get; }

    /// <summary>The owner's settings.</summary>
    public string SettingsFile => Path.Combine(Folder, "node.yaml");

    /// <summary>The node's private key (PEM, 0600).</summary>
    public string KeyFile => Path.Combine(Folder, "key.pem");

    /// <summary>The secret of the hold-out hash (32 bytes, 0600).</summary>
    public string HoldOutKeyFile => Path.Combine(Folder, "holdout.key");

    /// <summary>The privacy ledger.</summary>
    public string LedgerFile => Path.Combine(Folder, "ledger.jsonl");

    /// <summary>What tells when an older ledger was put back: in another folder, so that a copy of the one file does not bring them along.</summary>
    public AnchorFiles LedgerAnchors =>
        new(Path.Combine(AnchorsFolder, "ledger.json"), Path.Combine(AnchorsFolder, "silo.json"));

    /// <summary>The secret of the record digests (32 bytes, 0600).</summary>
    public string SketchKeyFile => Path.Combine(Folder, "sketch.key");

    /// <summary>Keyed digests of records, one file a source.</summary>
    public string SourcesFolder => Path.Combine(Folder, "sources");

    /// <summary>The heads of the ledger.</summary>
    public string AnchorsFolder => Path.Combine(Folder, "anchors");

    /// <summary>What the silo said at join: group, node id and the key of its receipts.</summary>
    public string MembershipFile => Path.Combine(Folder, "silo.json");

    /// <summary>Sealed updates.</summary>
    public string SpoolFolder => Path.Combine(Folder, "spool");

    /// <summary>Local reports.</summary>
    public string ReportsFolder => Path.Combine(Folder, "reports");

    /// <summary>Logs.</summary>
    public string LogFolder => Path.Combine(Folder, "log");

    /// <summary>All run documents that were ever offered.</summary>
    public string RunsFolder => Path.Combine(Folder, "runs");

    /// <summary>The files of one run.</summary>
    public string RunFolder(string runDigest) => Path.Combine(RunsFolder, runDigest);

    /// <summary>The local report of one run.</summary>
    public string ReportFile(string runDigest) => Path.Combine(ReportsFolder, $"{runDigest}.json");

    /// <summary>A command for this home, as a person types it in this folder.</summary>
    /// <param name="words">What follows the program's name, such as <c>runs list</c>.</param>
    public string Command(string words)
    {
        if (Folder == Path.GetFullPath(DefaultFolder))
        {
            return $"fednode {words}";
        }

        var near = Path.GetRelativePath(".", Folder);
        var folder = near.StartsWith("..", StringComparison.Ordinal) ? Folder : near;
        return $"fednode {words} --home {(folder.Contains(' ') ? $"\"{folder}\"" : folder)}";
    }

    /// <summary>True: a node has been set up in the folder.</summary>
    public static bool Exists(string folder) => File.Exists(new NodeHome(folder, null).SettingsFile);

    /// <summary>Opens the folder for reading beside a working node: takes no lock and makes nothing.</summary>
    /// <exception cref="NodeHomeException">There is no node in the folder.</exception>
    public static NodeHome OpenToRead(string folder)
    {
        var home = new NodeHome(Path.GetFullPath(folder), null);
        return File.Exists(home.SettingsFile)
            ? home
            : throw new NodeHomeException($"--home {home.Folder}: holds no node.yaml; run `fednode join` there first");
    }

    /// <summary>Opens the folder to work in it, making it (0700) when it is not there.</summary>
    /// <exception cref="NodeHomeException">Another process works in the folder, or it cannot be written.</exception>
    public static NodeHome OpenToWork(string folder)
    {
        var path = Path.GetFullPath(folder);
        try
        {
            MakeFolder(path);
            var home = new NodeHome(path, TakeLock(path));
            MakeFolder(home.SpoolFolder);
            MakeFolder(home.AnchorsFolder);
            MakeFolder(home.SourcesFolder);
            MakeFolder(home.RunsFolder);
            MakeFolder(home.ReportsFolder);
            MakeFolder(home.LogFolder);
            return home;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new NodeHomeException(
                $"--home {path}: cannot be written ({error.Message.TrimEnd('.')}); choose a folder that this user may write",
                error
            );
        }
    }

    /// <summary>Lets another process in.</summary>
    public void Dispose() => _lock?.Dispose();

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    private static FileStream TakeLock(string path)
    {
        try
        {
            // FileShare.None is an advisory flock on Unix: it ends with the process, also when that is killed.
            return new FileStream(
                Path.Combine(path, "lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
        }
        catch (IOException error)
        {
            throw new NodeHomeException(
                $"--home {path}: another fednode works here; stop it, or give this one a home of its own",
                error
            );
        }
    }
}
