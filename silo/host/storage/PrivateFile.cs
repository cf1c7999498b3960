using System.Text;
using Federated.Privacy.Accounting;

namespace Federated.Silo;

/// <summary>A secret as a small text file that only its owner may read.</summary>
internal static class PrivateFile
{
    /// <summary>Reads the file, or makes it with what <paramref name="create"/> gives; durable before it is used.</summary>
    /// <exception cref="StartupException">The file cannot be read or written.</exception>
    public static string ReadOrCreate(string path, Func<string> create)
    {
        try
        {
            if (File.Exists(path))
            {
                return File.ReadAllText(path);
            }

            var content = create();
            var part = path + ".part";
            File.Delete(part);
            using (var file = new FileStream(part, Options()))
            {
                file.Write(Encoding.UTF8.GetBytes(content));
                file.FlushToDisk();
            }

            File.Move(part, path);
            DurableFolder.Flush(Path.GetDirectoryName(path)!);
            return content;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{path} cannot be read or written: {e.Message} Correct its permissions.", e);
        }
    }

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
