using Federated.Adapters;

namespace Federated.Lab.Demo;

/// <summary>The demo's working folder and what lies where in it.</summary>
/// <remarks>
/// <code>
///   demo.json    what was decided, so that the demo can be resumed     silo/          the silo's journal and blobs
///   data/        one file of records per organisation                  nodes/NAME/    each node's home: key, ledger, spool, report
///   run.yaml     the run as submitted                                  logs/          output of every program
///   adapter/     the trained adapter, PEFT layout                      report.json    the final report
///   eva.safetensors  the A factors, where public text was given
/// </code>
/// </remarks>
internal sealed class DemoFolder : IDisposable
{
    private static readonly string[] Contents = ["data", "silo", "nodes", "logs", "adapter", "compare"];
    private static readonly string[] Files = ["demo.json", "run.yaml", "report.json", "eva.safetensors"];

    // Says that the folder is a demo's, from the first moment on, so that nothing else is ever written into or cleared.
    private const string Marker = ".federated-demo";

    private FileStream? _lock;

    private DemoFolder(string root) => Root = root;

    /// <summary>The folder itself, absolute.</summary>
    public string Root { get; }

    /// <summary>What was decided.</summary>
    public string StateFile => Path.Combine(Root, "demo.json");

    /// <summary>The run document.</summary>
    public string RunFile => Path.Combine(Root, "run.yaml");

    /// <summary>The final report.</summary>
    public string ReportFile => Path.Combine(Root, "report.json");

    /// <summary>The A factors, where public text was given.</summary>
    public string InitialFactorsFile => Path.Combine(Root, "eva.safetensors");

    /// <summary>The silo's data.</summary>
    public string Silo => Path.Combine(Root, "silo");

    /// <summary>The trained adapter.</summary>
    public string Adapter => Path.Combine(Root, "adapter");

    /// <summary>What <c>--compare</c> trains besides.</summary>
    public string Compare => Path.Combine(Root, "compare");

    /// <summary>Records of an organisation.</summary>
    public string Data(string organisation) => Path.Combine(Root, "data", organisation + ".jsonl");

    /// <summary>Home of an organisation's node.</summary>
    public string Node(string organisation) => Path.Combine(Root, "nodes", organisation);

    /// <summary>Output of a program.</summary>
    public string Log(string name) => Path.Combine(Root, "logs", name + ".log");

    /// <summary>Reads <see cref="InitialFactorsFile"/>.</summary>
    public InitialFactors ReadInitialFactors() => InitialFactors.Read(File.ReadAllBytes(InitialFactorsFile));

    /// <summary>Makes the folder, or opens it again.</summary>
    /// <exception cref="DemoException">It cannot be written, or holds something that is no demo.</exception>
    public static DemoFolder Open(string path)
    {
        var folder = new DemoFolder(Path.GetFullPath(path));
        try
        {
            Directory.CreateDirectory(folder.Root);
            var marker = Path.Combine(folder.Root, Marker);
            if (!File.Exists(marker) && Directory.EnumerateFileSystemEntries(folder.Root).Any())
            {
                throw new DemoException(
                    ExitCode.Usage,
                    $"--dir {folder.Root}: holds other files and no demo; name an empty or a new folder."
                );
            }

            folder._lock = Lock(marker);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DemoException(
                ExitCode.Usage,
                $"--dir {folder.Root}: cannot be written ({e.Message.TrimEnd('.')}); name a folder that you may write.",
                e
            );
        }
    }

    /// <summary>Lets another demo into the folder.</summary>
    public void Dispose() => _lock?.Dispose();

    private static FileStream Lock(string marker)
    {
        // FileShare.None is an advisory lock that ends with the process, also when that is killed.
        try
        {
            return new FileStream(marker, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(marker))
        {
            throw new DemoException(
                ExitCode.Usage,
                $"--dir {Path.GetDirectoryName(marker)}: another fedlab demo works there; stop it, or name another folder.",
                e
            );
        }
    }

    /// <summary>Removes what a demo has written here, and nothing else.</summary>
    public void Clear()
    {
        foreach (var name in Contents.Select(name => Path.Combine(Root, name)).Where(Directory.Exists))
        {
            Directory.Delete(name, recursive: true);
        }

        foreach (var name in Files)
        {
            File.Delete(Path.Combine(Root, name));
        }
    }
}
