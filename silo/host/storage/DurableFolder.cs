using System.Runtime.InteropServices;

namespace Federated.Silo;

/// <summary>
/// Folders whose entries survive power loss. A rename or a new file is durable only when its folder has been flushed,
/// which .NET has no call for.
/// </summary>
internal static partial class DurableFolder
{
    /// <summary>Creates the folder and its missing parents; each new entry is flushed.</summary>
    public static void Create(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is not null)
        {
            Create(parent);
        }

        Directory.CreateDirectory(path);
        if (parent is not null)
        {
            Flush(parent);
        }
    }

    /// <summary>Makes the folder's entries durable. Windows keeps them in the file system's own log, so there it does nothing.</summary>
    /// <exception cref="IOException">The folder cannot be opened or flushed.</exception>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const int ReadOnly = 0;
        var descriptor = Open(path, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"{path} could not be opened to be flushed: error {Marshal.GetLastPInvokeError()}.");
        }

        try
        {
            if (FileSync(descriptor) != 0)
            {
                throw new IOException($"{path} could not be flushed: error {Marshal.GetLastPInvokeError()}.");
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
    private static partial int FileSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
