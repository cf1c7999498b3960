using System.CommandLine;
using Federated.Lab.Pretrain;

namespace Federated.Lab.Tests.Pretrain;

public sealed class PretrainCommandTests
{
    [Theory]
    [InlineData("pretrain")]
    [InlineData("pretrain --out x --steps 0")]
    [InlineData("pretrain --out x --steps many")]
    [InlineData("pretrain --out x --matrix-rate -1")]
    [InlineData("pretrain --out x --vocabulary 200")]
    public void Impossible_options_are_refused_before_anything_runs(string line) =>
        Assert.NotEmpty(
            new RootCommand { PretrainCommand.Create() }
                .Parse(line)
                .Errors
        );

    [Fact]
    public void The_reproducing_command_of_a_card_is_understood()
    {
        var line = ModelCard.Command(
            new PretrainOptions
            {
                Output = "x",
                Steps = 10,
                Bfloat16 = true,
            }
        );

        Assert.Empty(
            new RootCommand { PretrainCommand.Create() }
                .Parse(line)
                .Errors
        );
    }
}
