using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

public sealed class TokenLossTests
{
    [Fact]
    public void Each_example_is_the_mean_over_its_own_predicted_tokens()
    {
        using var scope = NewDisposeScope();
        var logits = arange(2 * 4 * 3, dtype: ScalarType.Float32).sin().view(2, 4, 3);
        var ids = tensor(new long[] { 0, 1, 2, 0, 2, 1, 0, 0 }).view(2, 4);
        var mask = tensor(new float[] { 1, 1, 1, 1, 1, 1, 0, 0 }).view(2, 4);
        var log = nn.functional.log_softmax(logits, -1);
        double Nats(int row, int at) => -log[row, at, ids[row, at + 1].item<long>()].item<float>();

        var losses = TokenLoss.PerExampleMean(logits, ids, mask);
        var totals = TokenLoss.Totals(logits, ids, mask.to(ScalarType.Bool));

        Assert.Equal((Nats(0, 0) + Nats(0, 1) + Nats(0, 2)) / 3, losses[0].item<float>(), 1e-6);
        Assert.Equal(Nats(1, 0), losses[1].item<float>(), 1e-6);
        Assert.Equal(Nats(0, 0) + Nats(0, 1) + Nats(0, 2) + Nats(1, 0), totals.Nats, 1e-5);
        Assert.Equal(4, totals.Tokens);
    }

    [Fact]
    public void An_example_with_nothing_to_predict_costs_nothing()
    {
        using var scope = NewDisposeScope();

        var losses = TokenLoss.PerExampleMean(
            ones(1, 2, 3),
            zeros(1, 2, dtype: ScalarType.Int64),
            tensor(new float[] { 1, 0 }).view(1, 2)
        );

        Assert.Equal(0f, losses[0].item<float>());
    }
}
