using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;
using Federated.Protocol;
using TorchSharp;

namespace Federated.ClientNode.Tests;

[Collection(Alone.Name)] // tensors are counted
public sealed class PrivateTrainerTests : IDisposable
{
    private static readonly NodeId Node = NodeId.Parse(new string('a', 64));
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Test_noise_repeats_to_the_bit_and_differs_between_versions()
    {
        var run = Some.Run("test", steps: 3);

        var first = Train(run, digest => new TestNoise(digest, 4, Node));

        Assert.Equal(first, Train(run, digest => new TestNoise(digest, 4, Node)));
        Assert.NotEqual(first, Train(run, digest => new TestNoise(digest, 5, Node)));
        Assert.DoesNotContain(first, value => !float.IsFinite(value));
    }

    [Fact]
    public void Secure_noise_never_repeats()
    {
        var run = Some.Run("gaussian", steps: 1);

        Assert.NotEqual(Train(run, _ => new SecureNoise()), Train(run, _ => new SecureNoise()));
    }

    [Fact]
    public void An_empty_batch_takes_a_noisy_step_like_any_other()
    {
        // One of 60 records in a thousand million declared: as good as never drawn. The step is the noise itself.
        var run = Some.Run("gaussian", steps: 1);
        run = run with
        {
            Privacy = run.Privacy with { ExpectedBatchSize = 1 },
            Local = run.Local with
            {
                Optimizer = new OptimizerSection { Name = "sgd", LearningRate = 1 },
            },
        };
        var settings = Some.Settings("data.jsonl");
        settings = settings with { Source = settings.Source with { DeclaredRecords = 1_000_000_000, Delta = 1e-10 } };

        var delta = Train(run, _ => new SecureNoise(), settings);

        // σ C ÷ expected batch = 1, within seven standard errors of the variance of so many draws.
        var seven = 7 * Math.Sqrt(2.0 / delta.Length);
        Assert.InRange(delta.Average(value => (double)value * value), 1 - seven, 1 + seven);
    }

    [Fact]
    public void Values_that_leave_the_range_of_numbers_stop_the_attempt()
    {
        var run = Some.Run("gaussian", steps: 3);
        using var model = Open(run);
        using var records = Records();
        using var noise = new SecureNoise();
        // More than a run document may say, so that it happens at once.
        var tooFast = run.Local with
        {
            Optimizer = new OptimizerSection { Name = "sgd", LearningRate = 1e39 },
        };
        var consented = Some.Consented(run, Some.Settings("data.jsonl"));
        consented = consented with { Document = run with { Local = tooFast } };
        var trainer = new PrivateTrainer(model.Adapter, model.Base.Tokenizer, records, consented);

        var error = Assert.Throws<NonFiniteUpdateException>(() =>
            trainer.Train(
                0,
                new float[model.Adapter.Layout.Count],
                noise,
                _ => { },
                TestContext.Current.CancellationToken
            )
        );

        Assert.Contains("step 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_private_run_with_a_seeded_source_is_refused()
    {
        var run = Some.Run("gaussian", steps: 1);

        var error = Assert.Throws<InvalidOperationException>(() =>
            Train(run, digest => new TestNoise(digest, 0, Node))
        );

        Assert.Contains("no guarantee", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_without_noise_lowers_the_held_out_loss()
    {
        var run = Some.Run("none", steps: 20);
        run = run with
        {
            Privacy = run.Privacy with { ExpectedBatchSize = 12 },
            Local = run.Local with { Optimizer = new OptimizerSection { LearningRate = 0.02 } },
        };
        using var model = Open(run);
        using var records = Records();
        var noise = new TestNoise(new string('b', 64), 0, Node);
        var delta = Train(run, model, records, noise, Some.Settings("data.jsonl"));

        var before = HeldOutJudge.Loss(model, null, records, run.Local, TestContext.Current.CancellationToken);
        var after = HeldOutJudge.Loss(
            model,
            new(delta, null),
            records,
            run.Local,
            TestContext.Current.CancellationToken
        );

        Assert.True(before.Records > 0);
        Assert.Equal(before.Tokens, after.Tokens);
        Assert.True(after.NatsPerToken < before.NatsPerToken - 0.1, $"{before.NatsPerToken} → {after.NatsPerToken}");
    }

    [Fact]
    public void The_whole_local_program_is_honoured()
    {
        var plain = Some.Run("test", steps: 4);
        LocalSection[] programs =
        [
            plain.Local,
            plain.Local with
            {
                Accumulation = 2,
            },
            plain.Local with
            {
                Proximal = 0.5,
            },
            plain.Local with
            {
                LabelSmoothing = 0.2,
            },
            plain.Local with
            {
                Schedule = new ScheduleSection { Name = "linear", WarmupSteps = 2 },
            },
            plain.Local with
            {
                Optimizer = new OptimizerSection { Name = "sgd", Momentum = 0.9 },
            },
            plain.Local with
            {
                Optimizer = new OptimizerSection { Name = "adafactor" },
            },
        ];

        // The same draws for all, so that only the program can make a difference.
        var deltas = programs
            .Select(local => Train(plain with { Local = local }, _ => new TestNoise(new string('b', 64), 4, Node)))
            .Select(delta => string.Join(' ', delta))
            .ToList();

        Assert.Equal(programs.Length, deltas.Distinct().Count());
    }

    [Theory]
    [InlineData("ab", 0)]
    [InlineData("ab", 1)]
    [InlineData("alternating", 0)]
    [InlineData("alternating", 1)]
    public void An_update_holds_exactly_the_factors_that_are_trained_from_its_base(string factors, long baseVersion)
    {
        var document = Some.Run("gaussian", steps: 2);
        var run = Some.Consented(document, Some.Settings("data.jsonl"));
        run = run with { Document = document with { Adapter = document.Adapter with { Factors = factors } } };
        using var model = AdaptedModel.Open(run.Digest, run.Document, Some.Settings("data.jsonl").Models);
        using var records = Records();
        using var noise = new SecureNoise();
        var layout = model.Adapter.Layout;

        var delta = new PrivateTrainer(model.Adapter, model.Base.Tokenizer, records, run).Train(
            baseVersion,
            layout.InitialValues(),
            noise,
            _ => { },
            TestContext.Current.CancellationToken
        );

        var trained = layout.TrainedAt(baseVersion);
        Assert.Equal(trained.Count, delta.Length);
        Assert.Equal(factors == "ab", trained.Count == layout.Count);
        Assert.All(delta, value => Assert.NotEqual(0, value));
        if (factors == "alternating")
        {
            // What is not trained stays as it was.
            var fixedPart = layout.TrainedAt(baseVersion + 1);
            Assert.Equal(
                layout.Take(fixedPart, layout.InitialValues()),
                layout.Take(fixedPart, model.Adapter.GetValues())
            );
        }
    }

    [Fact]
    public void Cancelling_stops_between_steps()
    {
        var run = Some.Run("gaussian", steps: 100_000);
        using var stop = new CancellationTokenSource();
        using var model = Open(run);
        using var records = Records();
        using var noise = new SecureNoise();
        var trainer = new PrivateTrainer(
            model.Adapter,
            model.Base.Tokenizer,
            records,
            Some.Consented(run, Some.Settings("data.jsonl"))
        );
        var done = 0;

        Assert.Throws<OperationCanceledException>(() =>
            trainer.Train(
                0,
                new float[model.Adapter.Layout.Count],
                noise,
                step =>
                {
                    done = step;
                    if (step == 2)
                    {
                        stop.Cancel();
                    }
                },
                stop.Token
            )
        );
        Assert.Equal(2, done);
    }

    [Fact]
    public void No_tensor_outlives_its_step()
    {
        var run = Some.Run("gaussian", steps: 2);
        using var model = Open(run);
        using var records = Records();
        var settings = Some.Settings("data.jsonl");
        Train(run, model, records, new SecureNoise(), settings);
        // What other tests dropped without disposing is finalised now and not in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;

        for (var i = 0; i < 3; i++)
        {
            Train(run, model, records, new SecureNoise(), settings);
        }

        // Fewer may be alive: what a test before dropped, and its finaliser came late.
        Assert.True(torch.Tensor.TotalCount <= before, $"{torch.Tensor.TotalCount - before} tensors more than before");
    }

    public void Dispose() => _folder.Dispose();

    private static AdaptedModel Open(RunDocument run) =>
        AdaptedModel.Open(CanonicalRunDocument.Digest(run), run, Some.Settings("data.jsonl").Models);

    private static float[] Train(
        RunDocument run,
        AdaptedModel model,
        JsonLinesRecords records,
        NoiseSource noise,
        NodeSettings settings,
        long baseVersion = 0
    )
    {
        using (noise)
        {
            var consented = Some.Consented(run, settings);
            return new PrivateTrainer(model.Adapter, model.Base.Tokenizer, records, consented).Train(
                baseVersion,
                model.Adapter.Layout.InitialValues(),
                noise,
                _ => { },
                TestContext.Current.CancellationToken
            );
        }
    }

    private float[] Train(RunDocument run, Func<string, NoiseSource> noise, NodeSettings? settings = null)
    {
        using var model = Open(run);
        using var records = Records();
        return Train(run, model, records, noise(model.RunDigest), settings ?? Some.Settings("data.jsonl"));
    }

    private JsonLinesRecords Records() =>
        JsonLinesRecords.Open(
            _folder.Write("data.jsonl", Some.Records(60)),
            new HoldOut(new byte[32], 0.2),
            TestContext.Current.CancellationToken
        );
}
