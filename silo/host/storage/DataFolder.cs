using System.Globalization;

namespace Federated.Silo;

/// <summary>
/// The one folder in which a silo keeps everything, held by one process at a time: journal, blobs, keys, logs.
/// </summary>
public sealed class DataFolder : IDisposable
{
    internal const string JournalName = "journal.db";

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Root = path;
        _lock = held;
    }

    /// <summary>Full path of the folder.</summary>
    public string Root { get; }

    /// <summary>The journal: a SQLite file.</summary>
    public string JournalFile => Path.Combine(Root, JournalName);

    /// <summary>Content-addressed adapters and updates.</summary>
    public string BlobFolder => Path.Combine(Root, "blobs");

    /// <summary>What releases with central privacy have cost each node.</summary>
    public string CentralLedgerFile => Path.Combine(Root, "central-ledger.jsonl");

    /// <summary>Private key of the receipts, PEM, readable by its owner alone.</summary>
    public string SiloKeyFile => Path.Combine(Root, "silo-key.pem");

    /// <summary>Rolling log files.</summary>
    public string LogFolder => Path.Combine(Root, "log");

    /// <summary>Where the operator token of a silo with this data folder lies: the HTTP API asks for it.</summary>
    public static string OperatorTokenFile(string root) => Path.Combine(root, "operator.token");

    /// <summary>Says where the silo of this data folder listens for operators, while it runs.</summary>
    public static string HttpAddressFile(string root) => Path.Combine(root, "http.url");

    /// <summary>Creates the folder if needed and locks it until disposed, or until the process ends in whatever way.</summary>
    /// <exception cref="StartupException">Another process holds the folder, or it cannot be written.</exception>
    public static DataFolder Open(string path)
    {
        var root = Path.GetFullPath(path);
        var pidFile = Path.Combine(root, "silo.pid");
        FileStream held;
        try
        {
            DurableFolder.Create(root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(root, e);
        }

        try
        {
            held = new FileStream(
                Path.Combine(root, "silo.lock"),
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                }
            );
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unwritable(root, e);
        }
        catch (IOException e)
        {
            throw new StartupException(
                $"--data {root} is in use by another silo (process {PidIn(pidFile)}). "
                    + "Stop that silo first, or choose another folder: one data folder has one process.",
                e
            );
        }

        try
        {
            File.WriteAllText(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            held.Dispose();
            throw Unwritable(root, e);
        }

        return new DataFolder(root, held);
    }

    /// <summary>Releases the folder.</summary>
    public void Dispose() => _lock.Dispose();

    private static string PidIn(string pidFile)
    {
        try
        {
            return File.ReadAllText(pidFile).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }

    private static StartupException Unwritable(string root, Exception inner) =>
        new(
            $"--data {root} cannot be written: {inner.Message} "
                + "Choose a folder that this user may write, or correct its permissions.",
            inner
        );
}
