namespace Federated.Silo.Tests;

public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_folder_in_use_is_refused_with_its_name_and_the_process()
    {
        using var held = DataFolder.Open(_folder.File("data"));

        var refused = Assert.Throws<StartupException>(() => DataFolder.Open(_folder.File("data")));

        Assert.Contains(_folder.File("data"), refused.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_released_folder_can_be_opened_again()
    {
        DataFolder.Open(_folder.File("data")).Dispose();

        using var again = DataFolder.Open(_folder.File("data"));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_refused_with_its_name()
    {
        File.WriteAllText(_folder.File("file"), "");

        var refused = Assert.Throws<StartupException>(() => DataFolder.Open(_folder.File("file/data")));

        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.File("file/data"), refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
