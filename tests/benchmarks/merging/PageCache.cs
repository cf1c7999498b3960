using System.Runtime.InteropServices;

namespace Federated.Benchmarks;

/// <summary>Takes files out of the system's page cache, so that the next reading comes from the disk. Linux only.</summary>
internal static partial class PageCache
{
    private const int DontNeed = 4;

    /// <summary>Drops a file's pages. They must be on the disk already: dirty ones stay.</summary>
    public static void Drop(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        var error = Advise(file, 0, 0, DontNeed);
        if (error != 0)
        {
            throw new IOException($"posix_fadvise({path}) gives {error}");
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeHandle file, long offset, long length, int advice);
}
