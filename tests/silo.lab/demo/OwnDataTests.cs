using Federated.Lab.Demo;
using Federated.Lab.Demo.Data;

namespace Federated.Lab.Tests.Demo;

public sealed class OwnDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_file_is_an_organisation_named_after_it()
    {
        Write("Clinic North.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\", \"group\": \"g\"}\n");
        Write("archive.jsonl", "{\"text\": \"c\"}\n");

        var organisations = OwnData.Read(_folder.Path, null);

        Assert.Equal(["Clinic-North", "archive"], organisations.Select(organisation => organisation.Name));
        Assert.Equal([2, 1], organisations.Select(organisation => organisation.Records));
    }

    [Fact]
    public void Fewer_nodes_than_files_takes_the_first()
    {
        Write("a.jsonl", "{\"text\": \"a\"}");
        Write("b.jsonl", "{\"text\": \"b\"}");
        Write("c.jsonl", "{\"text\": \"c\"}");

        Assert.Equal(["a", "b"], OwnData.Read(_folder.Path, 2).Select(organisation => organisation.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"body\": \"no text\"}")]
    public void A_file_without_readable_records_is_an_error_that_names_it(string content)
    {
        Write("good.jsonl", "{\"text\": \"a\"}");
        Write("bad.jsonl", content);

        var error = Assert.Throws<DemoException>(() => OwnData.Read(_folder.Path, null));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("bad.jsonl", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_two_files_is_an_error()
    {
        Write("only.jsonl", "{\"text\": \"a\"}");

        var error = Assert.Throws<DemoException>(() => OwnData.Read(_folder.Path, null));

        Assert.Contains("at least 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, error.ExitCode);
    }

    [Fact]
    public void More_nodes_than_files_is_an_error()
    {
        Write("a.jsonl", "{\"text\": \"a\"}");
        Write("b.jsonl", "{\"text\": \"b\"}");

        var error = Assert.Throws<DemoException>(() => OwnData.Read(_folder.Path, 3));

        Assert.Contains("--nodes 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_an_error() =>
        Assert.Equal(
            ExitCode.Usage,
            Assert.Throws<DemoException>(() => OwnData.Read(_folder.File("no"), null)).ExitCode
        );

    private void Write(string name, string content) => _folder.Write(name, content);
}
