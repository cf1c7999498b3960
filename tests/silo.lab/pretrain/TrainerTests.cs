using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using Federated.Lab.Pretrain;
using Microsoft.Extensions.Time.Testing;
using TorchSharp;

namespace Federated.Lab.Tests.Pretrain;

public sealed class TrainerTests : IDisposable
{
    private static readonly LlamaConfig Tiny = new()
    {
        HiddenSize = 16,
        IntermediateSize = 24,
        NumHiddenLayers = 1,
        NumAttentionHeads = 2,
        NumKeyValueHeads = 1,
        HeadDim = 8,
        VocabSize = 20,
        MaxPositionEmbeddings = 16,
        TieWordEmbeddings = true,
    };

    private static readonly int[][] Records =
    [
        .. Enumerable
            .Range(0, 24)
            .Select(row => Enumerable.Range(0, 4 + row % 5).Select(at => (row * 3 + at) % 20).ToArray()),
    ];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_loss_falls_and_the_weights_are_frozen_afterwards()
    {
        using var model = Model();
        var before = HeldOutLoss.Measure(model, Records, TestContext.Current.CancellationToken);

        var state = new Trainer(Options(steps: 60), model, TimeProvider.System, TextWriter.Null).Run(
            Records,
            () => 0,
            TestContext.Current.CancellationToken
        );

        var after = HeldOutLoss.Measure(model, Records, TestContext.Current.CancellationToken);
        Assert.Equal(60, state.Step);
        Assert.Equal(before.Tokens, after.Tokens);
        Assert.Equal(Records.Sum(record => record.Length - 1), after.Tokens);
        Assert.True(after.Nats < 0.7 * before.Nats, $"{before.Nats} → {after.Nats}");
        Assert.All(model.parameters(), parameter => Assert.False(parameter.requires_grad));
    }

    [Fact]
    public void An_interrupted_training_goes_on_to_the_same_weights()
    {
        using var whole = Model();
        new Trainer(Options(steps: 9), whole, TimeProvider.System, TextWriter.Null).Run(
            Records,
            () => 0,
            TestContext.Current.CancellationToken
        );

        // Every reading of this clock passes the time between two saves, so that the held-out loss is asked for at each step.
        var clock = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromMinutes(5) };
        using var interruption = new CancellationTokenSource();
        var saves = 0;
        double Interrupt()
        {
            if (++saves == 4)
            {
                interruption.Cancel();
            }

            return 0;
        }

        using var first = Model();
        Assert.Throws<OperationCanceledException>(() =>
            new Trainer(Options(steps: 9), first, clock, TextWriter.Null).Run(Records, Interrupt, interruption.Token)
        );
        using var second = Model();
        var state = new Trainer(
            Options(steps: 9) with
            {
                Resume = true,
            },
            second,
            TimeProvider.System,
            TextWriter.Null
        ).Run(Records, () => 0, TestContext.Current.CancellationToken);

        Assert.Equal(9, state.Step);
        Assert.True(
            state.Elapsed > TimeSpan.FromMinutes(20),
            $"{state.Elapsed} is less than the interrupted part took."
        );
        Assert.All(
            whole.parameters().Zip(second.parameters()),
            pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>())
        );
    }

    [Fact]
    public void The_state_beside_a_model_is_no_part_of_it()
    {
        using var model = Model();
        new Trainer(Options(steps: 1), model, TimeProvider.System, TextWriter.Null).Run(
            Records,
            () => 0,
            TestContext.Current.CancellationToken
        );
        LlamaCheckpoint.Write(model, _folder.Path, torch.ScalarType.Float32);

        using var read = LlamaCheckpoint.Read(_folder.Path);

        Assert.True(File.Exists(_folder.File(TrainingState.FileName)));
        Assert.Equal(Tiny, read.Config);
    }

    [Fact]
    public void A_state_of_another_shape_is_refused()
    {
        using (var model = Model())
        using (var optimizer = new MuonAdamW(model, 0.02, 0.005, 0, torch.ScalarType.Float32))
        {
            new TrainingState(3, 100, TimeSpan.FromSeconds(1)).Save(_folder.Path, model, optimizer);
        }

        using var wider = new LlamaModel(Tiny with { IntermediateSize = 32 });
        var trainer = new Trainer(
            Options(steps: 9) with
            {
                Resume = true,
            },
            wider,
            TimeProvider.System,
            TextWriter.Null
        );

        var error = Assert.Throws<InvalidCheckpointException>(() =>
            trainer.Run(Records, () => 0, TestContext.Current.CancellationToken)
        );

        Assert.Contains("--resume", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static LlamaModel Model()
    {
        var model = new LlamaModel(Tiny);
        LlamaInitializer.Initialize(model, 3);
        return model;
    }

    private PretrainOptions Options(int steps) =>
        new()
        {
            Output = _folder.Path,
            Steps = steps,
            TokensPerBatch = 40,
            MaxSequenceLength = 16,
        };
}
