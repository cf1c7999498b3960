namespace Federated.ClientNode.Tests;

public sealed class NodeHomeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Two_processes_cannot_share_a_home()
    {
        using var first = NodeHome.OpenToWork(_folder.File("home"));

        var error = Assert.Throws<NodeHomeException>(() => NodeHome.OpenToWork(_folder.File("home")));

        Assert.Contains("another fednode works here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_home_is_free_again_when_its_process_ends()
    {
        NodeHome.OpenToWork(_folder.File("home")).Dispose();

        using var again = NodeHome.OpenToWork(_folder.File("home"));

        Assert.True(Directory.Exists(again.SpoolFolder));
    }

    [Fact]
    public void Only_the_owner_may_read_home_and_secrets()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix modes");
            return;
        }

        using var home = NodeHome.OpenToWork(_folder.File("home"));
        _ = HoldOut.Open(home, 0.1);
        using var identity = Federated.Privacy.Accounting.NodeIdentity.LoadOrCreate(home.KeyFile);

        const UnixFileMode Others = (UnixFileMode)0b111_111;
        Assert.Equal(UnixFileMode.None, new DirectoryInfo(home.Folder).UnixFileMode & Others);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(home.HoldOutKeyFile) & Others);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(home.KeyFile) & Others);
    }

    [Fact]
    public void The_split_stays_the_same_after_a_restart()
    {
        using var home = NodeHome.OpenToWork(_folder.File("home"));
        var (first, second) = (HoldOut.Open(home, 0.5), HoldOut.Open(home, 0.5));

        Assert.All(
            Enumerable.Range(0, 50).Select(i => new TextRecord($"{i}", null)),
            record => Assert.Equal(first.Contains(record), second.Contains(record))
        );
    }

    [Fact]
    public void A_folder_without_a_node_cannot_be_read()
    {
        var error = Assert.Throws<NodeHomeException>(() => NodeHome.OpenToRead(_folder.Path));

        Assert.Contains("fednode join", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        _folder.Write("file", "");

        var error = Assert.Throws<NodeHomeException>(() => NodeHome.OpenToWork(_folder.File("file/home")));

        Assert.Contains("file/home", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
