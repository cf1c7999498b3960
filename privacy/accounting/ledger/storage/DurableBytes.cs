using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Federated.Privacy.Accounting;

/// <summary>
/// Makes a file's bytes durable, or says that they are not. <see cref="FileStream.Flush(bool)"/> does not: it is silent when the disk is full or broken at that moment, and what was
/// acknowledged would be lost with the power.
/// </summary>
public static partial class DurableBytes
{
    private const int Interrupted = 4; // EINTR

    /// <summary>Writes what is buffered, and waits until all of it is on the disk.</summary>
    /// <param name="file">An open file.</param>
    /// <exception cref="IOException">It is not, and cannot be counted on.</exception>
    public static void FlushToDisk(this FileStream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (OperatingSystem.IsWindows())
        {
            file.Flush(flushToDisk: true);
            return;
        }

        file.Flush();
        while (Synchronise(file.SafeFileHandle) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                throw new IOException(
                    $"{Marshal.GetPInvokeErrorMessage(error)} : '{file.Name}' could not be flushed to the disk"
                );
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronise(SafeFileHandle file);
}
