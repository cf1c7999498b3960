using Federated.Lab.Demo;
using Federated.Lab.Demo.Processes;

namespace Federated.Lab.Tests.Demo;

public sealed class ProgramFolderTests
{
    [Theory]
    [InlineData("Federated.Silo", "fedsilo")]
    [InlineData("Federated.ClientNode", "fednode")]
    [InlineData("Federated.Lab", "fedlab")]
    public void The_programs_are_found_beside_the_one_that_asks(string project, string program) =>
        Assert.True(File.Exists(ProgramFolder.Find(project, program).Executable));

    [Fact]
    public void A_program_that_was_not_built_is_an_error_that_says_what_to_do()
    {
        var error = Assert.Throws<DemoException>(() => ProgramFolder.Find("Federated.Nowhere", "fednowhere"));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("dotnet build", error.Message, StringComparison.Ordinal);
    }
}
