using System.Runtime.InteropServices;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>Files that are whole or absent, also after a power cut.</summary>
internal static partial class DurableFile
{
    /// <summary>Writes <paramref name="bytes"/> to <paramref name="path"/>: temporary file, fsync, rename, fsync of the folder.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="bytes">Its whole content.</param>
    /// <param name="secret">True: only the owner may read it (0600).</param>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool secret = false)
    {
        var temporary = path + ".tmp";
        WriteInPlace(temporary, bytes, secret);
        File.Move(temporary, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Writes a file of a folder that has not its final name yet: fsync, no rename.</summary>
    public static void WriteInPlace(string path, ReadOnlySpan<byte> bytes, bool secret = false)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.None,
        };
        if (secret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(path, options);
        stream.Write(bytes);
        stream.FlushToDisk();
    }

    /// <summary>Makes the names in a folder durable. Windows does this with the file itself.</summary>
    /// <exception cref="IOException">The folder could not be synced.</exception>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(folder, 0); // O_RDONLY; .NET's own FileStream refuses a folder
        if (descriptor < 0)
        {
            throw new IOException($"{folder}: cannot be opened to sync it (errno {Marshal.GetLastPInvokeError()})");
        }

        try
        {
            if (Sync(descriptor) != 0)
            {
                throw new IOException($"{folder}: fsync failed (errno {Marshal.GetLastPInvokeError()})");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
