namespace Federated.Privacy.Accounting.Tests;

public sealed class DurableBytesTests
{
    [Fact]
    public void A_flush_that_the_system_refuses_is_not_taken_for_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Another system may flush its null device.");
        using var file = new FileStream("/dev/null", FileMode.Open, FileAccess.Write);
        file.WriteByte(1);

        var error = Assert.Throws<IOException>(file.FlushToDisk);

        Assert.Contains("/dev/null", error.Message, StringComparison.Ordinal);
    }
}
