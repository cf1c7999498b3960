using Federated.Lab.Demo;

namespace Federated.Lab.Tests.Demo;

public sealed class DemoFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_with_other_files_is_refused_and_left_as_it_is()
    {
        var thesis = _folder.File("thesis.txt");
        File.WriteAllText(thesis, "years of work");

        var error = Assert.Throws<DemoException>(() => DemoFolder.Open(_folder.Path));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Equal([thesis], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Clearing_removes_the_demo_and_nothing_else()
    {
        using var folder = DemoFolder.Open(_folder.Path);
        File.WriteAllText(folder.StateFile, "{}");
        Directory.CreateDirectory(folder.Silo);
        File.WriteAllText(Path.Combine(folder.Silo, "journal"), "x");
        var note = _folder.File("note.txt");
        File.WriteAllText(note, "mine");

        folder.Clear();

        Assert.Equal(
            [".federated-demo", "note.txt"],
            Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_demo_that_was_interrupted_before_its_first_decision_is_opened_again()
    {
        using (var interrupted = DemoFolder.Open(_folder.Path))
        {
            Directory.CreateDirectory(interrupted.Silo);
        }

        using var again = DemoFolder.Open(_folder.Path);
        Assert.Equal(_folder.Path, again.Root);
    }

    [Fact]
    public void A_folder_in_which_a_demo_works_is_refused()
    {
        using var working = DemoFolder.Open(_folder.Path);

        var error = Assert.Throws<DemoException>(() => DemoFolder.Open(_folder.Path));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("another fedlab demo", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_cannot_be_a_folder_is_an_error_with_the_path()
    {
        var file = _folder.File("file");
        File.WriteAllText(file, "x");

        var error = Assert.Throws<DemoException>(() => DemoFolder.Open(Path.Combine(file, "demo")));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }
}
