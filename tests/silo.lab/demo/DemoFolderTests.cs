using Federated.Lab.Demo;

namespace Federated.Lab.Tests.Demo;

public sealed class DemoFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("fedlab-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_folder_with_other_files_is_refused_and_left_as_it_is()
    {
        var thesis = Path.Combine(_root, "thesis.txt");
        File.WriteAllText(thesis, "years of work");

        var error = Assert.Throws<DemoException>(() => DemoFolder.Open(_root));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Equal([thesis], Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public void Clearing_removes_the_demo_and_nothing_else()
    {
        using var folder = DemoFolder.Open(_root);
        File.WriteAllText(folder.StateFile, "{}");
        Directory.CreateDirectory(folder.Silo);
        File.WriteAllText(Path.Combine(folder.Silo, "journal"), "x");
        var note = Path.Combine(_root, "note.txt");
        File.WriteAllText(note, "mine");

        folder.Clear();

        Assert.Equal(
            [".federated-demo", "note.txt"],
            Directory.GetFileSystemEntries(_root).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_demo_that_was_interrupted_before_its_first_decision_is_opened_again()
    {
        using (var interrupted = DemoFolder.Open(_root))
        {
            Directory.CreateDirectory(interrupted.Silo);
        }

        using var again = DemoFolder.Open(_root);
        Assert.Equal(_root, again.Root);
    }

    [Fact]
    public void A_folder_in_which_a_demo_works_is_refused()
    {
        using var working = DemoFolder.Open(_root);

        var error = Assert.Throws<DemoException>(() => DemoFolder.Open(_root));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("another fedlab demo", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_cannot_be_a_folder_is_an_error_with_the_path()
    {
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "x");

        var error = Assert.Throws<DemoException>(() => DemoFolder.Open(Path.Combine(file, "demo")));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }
}
