using Federated.Aggregation.Grains;
using Google.Protobuf;
using Grpc.Core;
using Message = Federated.Protocol.V1.UploadUpdateRequest;

namespace Federated.Silo.Tests;

public sealed class FaultTranslationTests
{
    [Fact]
    public void A_call_that_met_an_ending_activation_may_be_repeated() =>
        Assert.Equal(StatusCode.Aborted, FaultTranslation.StatusOf(new ActivationSupersededException("overtaken")));

    [Fact]
    public void Bytes_that_are_no_message_are_not_asked_for_again() =>
        Assert.Equal(
            StatusCode.InvalidArgument,
            FaultTranslation.StatusOf(
                Assert.Throws<InvalidProtocolBufferException>(() => Message.Parser.ParseFrom([0xFF]))
            )
        );
}
