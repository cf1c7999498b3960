namespace Federated.Privacy.Accounting;

/// <summary>The one who may append: holds the lock and the open file. Every append is on disk when it returns.</summary>
internal sealed class LedgerWriter : IDisposable
{
    private readonly string _path;
    private readonly LedgerLock _lock;
    private readonly FileStream _file;
    private Exception? _broken;

    private LedgerWriter(string path, LedgerLock ledgerLock, FileStream file) =>
        (_path, _lock, _file) = (path, ledgerLock, file);

    public static LedgerUnavailableException Unavailable(string path, Exception error) =>
        new($"cannot use the ledger '{path}': {error.Message}; give the node a writable folder with free space", error);

    /// <summary>Takes the lock, starts the file if there is none, checks it and cuts a torn last line.</summary>
    public static (LedgerWriter Writer, LedgerState State) Open(string path, DateTimeOffset now)
    {
        LedgerLock? ledgerLock = null;
        FileStream? file = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            ledgerLock = LedgerLock.Take(path);
            if (!File.Exists(path))
            {
                LedgerFile.Create(path, now);
            }

            // Readers (show, verify) may open it too.
            file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            var (state, length) = LedgerFile.Parse(bytes, path);
            if (length < file.Length)
            {
                file.SetLength(length);
                file.FlushToDisk();
            }

            ledgerLock.RaiseAbove(state.Fence);
            file.Seek(0, SeekOrigin.End);
            return (new LedgerWriter(path, ledgerLock, file), state);
        }
        catch (Exception error)
        {
            file?.Dispose();
            ledgerLock?.Dispose();
            if (error is IOException or UnauthorizedAccessException)
            {
                throw Unavailable(path, error);
            }

            throw;
        }
    }

    /// <summary>Writes one line; the entry comes back with its fence and hash.</summary>
    public LedgerEntry Append(LedgerEntry entry)
    {
        if (_broken is not null)
        {
            throw new LedgerUnavailableException(
                $"'{_path}': an earlier write failed ({_broken.Message}); open the ledger again",
                _broken
            );
        }

        _lock.Check(_path);
        RefuseIfReplaced();
        entry = entry with { Fence = _lock.Fence };
        var (line, hash) = LedgerFormat.Encode(entry);
        var start = _file.Length;
        try
        {
            _file.Write([.. line, (byte)'\n']);
            _file.FlushToDisk();
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last is .NET's word for a file that has reached its largest size. What reached the disk is unknown: take it back if possible, and let the next open decide by the hash.
            _broken = error;
            TryCut(start);
            throw Unavailable(_path, error);
        }

        return entry with
        {
            Hash = hash,
        };
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    // A copy that was put back under the open file: what is written now would go to a file without a name.
    private void RefuseIfReplaced()
    {
        var named = new FileInfo(_path);
        if (!named.Exists || named.Length != _file.Length)
        {
            throw new LedgerUnavailableException(
                $"'{_path}' was removed or replaced while this process works; nothing was written: put the right copy back and start again"
            );
        }
    }

    private void TryCut(long length)
    {
        try
        {
            _file.SetLength(length);
        }
        catch (IOException)
        {
            // The torn line has no line break, or the next open finds it whole; both are safe.
        }
    }
}
