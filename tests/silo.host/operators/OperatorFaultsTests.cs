using Federated.Aggregation.Grains;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Federated.Silo.Tests;

public sealed class OperatorFaultsTests
{
    [Fact]
    public async Task An_ending_activation_is_a_silo_to_ask_again() =>
        Assert.Equal(503, await StatusOfAsync(new ActivationSupersededException("overtaken")));

    [Fact]
    public async Task A_request_that_cannot_be_read_keeps_its_own_status() =>
        Assert.Equal(413, await StatusOfAsync(new BadHttpRequestException("too long", 413)));

    private static async Task<int?> StatusOfAsync(Exception fault)
    {
        var faults = new OperatorFaults(NullLogger<OperatorFaults>.Instance);
        var context = EndpointFilterInvocationContext.Create(new DefaultHttpContext());
        var answer = await faults.InvokeAsync(context, _ => throw fault);
        return Assert.IsType<IStatusCodeHttpResult>(answer, exactMatch: false).StatusCode;
    }
}
