using System.Text.Json;
using Federated.Protocol;
using Polly.Timeout;

namespace Federated.ClientNode.Tests;

public sealed class CommandRunTests
{
    public static TheoryData<Exception, int> Codes =>
        new()
        {
            { new TimeoutRejectedException("10 s"), 4 },
            { new SiloUnreachableException("gone"), 4 },
            { new SiloRefusedException("the invitation is used up"), 3 },
            { new RunDocumentException([]), 1 },
            { new JsonException("'p' is no value"), 1 },
            { new FormatException("the patient has no date"), 1 },
            { new ArgumentException("the patient has no index"), 1 },
            { new InvalidOperationException("the patient has no state"), 1 },
            { new OperationCanceledException(), 5 },
            { new NodeSettingsException("node.yaml", ["name is missing"]), 2 },
        };

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_error_has_a_code_and_one_that_nobody_foresaw_quotes_nothing(Exception error, int code)
    {
        Assert.Equal(code, CommandRun.CodeOf(error));
        Assert.DoesNotContain("patient", CommandRun.Sentence(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unforeseen_error_is_named_by_its_type_and_ends_the_command()
    {
        using var errors = new StringWriter();

        Assert.Equal(1, await CommandRun.GuardAsync(() => throw new InvalidOperationException("x"), errors));

        Assert.Equal(
            $"fednode: stopped by an unexpected error ({nameof(InvalidOperationException)}){Environment.NewLine}",
            errors.ToString()
        );
    }
}
