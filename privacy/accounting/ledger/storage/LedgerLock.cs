using System.Globalization;

namespace Federated.Privacy.Accounting;

/// <summary>
/// One writer: an exclusive lock on <c>NAME.lock</c> for as long as the process lives, and a fencing token in <c>NAME.fence</c> that rises with
/// each owner and is looked at before each append, so that an owner whose lock was taken away can write no more.
/// </summary>
internal sealed class LedgerLock : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _fencePath;

    private LedgerLock(FileStream lockFile, string fencePath, long fence) =>
        (_lock, _fencePath, Fence) = (lockFile, fencePath, fence);

    public long Fence { get; private set; }

    /// <exception cref="LedgerLockedException">Another process holds the lock.</exception>
    public static LedgerLock Take(string path)
    {
        FileStream lockFile;
        try
        {
            lockFile = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (IsSharingViolation(error))
        {
            throw new LedgerLockedException(
                $"'{path}' is held by another process; stop it, or give this node another folder",
                error
            );
        }

        try
        {
            var fencePath = path + ".fence";
            var fence = Read(fencePath) + 1;
            Write(fencePath, fence);
            return new LedgerLock(lockFile, fencePath, fence);
        }
        catch
        {
            lockFile.Dispose();
            throw;
        }
    }

    /// <summary>Makes the token larger than any in the ledger; the fence file may be lost or older than it.</summary>
    public void RaiseAbove(long fence)
    {
        if (Fence <= fence)
        {
            Fence = fence + 1;
            Write(_fencePath, Fence);
        }
    }

    /// <exception cref="LedgerLockedException">A later owner exists.</exception>
    public void Check(string path)
    {
        if (Read(_fencePath) != Fence)
        {
            throw new LedgerLockedException($"'{path}' was taken over by another process; this one writes no more");
        }
    }

    public void Dispose() => _lock.Dispose();

    // ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION; EWOULDBLOCK of flock on Linux and on macOS.
    private static bool IsSharingViolation(IOException error) => (error.HResult & 0xFFFF) is 32 or 33 or 11 or 35;

    private static long Read(string fencePath) =>
        File.Exists(fencePath)
        && long.TryParse(File.ReadAllText(fencePath), NumberStyles.None, CultureInfo.InvariantCulture, out var fence)
            ? fence
            : 0;

    private static void Write(string fencePath, long fence)
    {
        var fresh = fencePath + ".new";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(fence.ToString(CultureInfo.InvariantCulture)));
            file.FlushToDisk();
        }

        File.Move(fresh, fencePath, overwrite: true);
    }
}
