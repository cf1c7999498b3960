using Federated.Aggregation.Grains;
using Grpc.Core;

namespace Federated.Silo.Tests;

public sealed class FaultTranslationTests
{
    [Fact]
    public void A_call_that_met_an_ending_activation_may_be_repeated() =>
        Assert.Equal(StatusCode.Aborted, FaultTranslation.StatusOf(new ActivationSupersededException("overtaken")));
}
