using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;
using Federated.Protocol;

namespace Federated.ClientNode.Tests;

/// <summary>Training from versions that have given up directions: what is given up takes no part in gradient, bound, noise or update.</summary>
public sealed class RankAllocationTests : IDisposable
{
    private static readonly NodeId Node = NodeId.Parse(new string('a', 64));
    private readonly TemporaryFolder _folder = new();

    private static RunDocument Run
    {
        get
        {
            var run = Some.Run("test", versions: 6);
            return run with
            {
                Adapter = run.Adapter with
                {
                    RankAllocation = new()
                    {
                        TargetRank = 1,
                        From = 2,
                        To = 4,
                    },
                },
                Local = run.Local with
                {
                    Optimizer = new() { Name = "sgd", LearningRate = 1 },
                },
            };
        }
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    [InlineData("adafactor")]
    public void What_a_version_has_given_up_is_not_trained_and_gets_no_noise(string optimizer)
    {
        var run = Run with
        {
            Local = Run.Local with
            {
                Optimizer = new() { Name = optimizer, LearningRate = 0.01 },
            },
        };
        var (active, delta) = Train(run, baseVersion: 3);
        Assert.All(active.Zip(delta), pair => Assert.Equal(pair.First == 1, pair.Second != 0));
    }

    [Fact]
    public void Up_to_the_first_version_of_the_schedule_everything_is_trained()
    {
        var (_, delta) = Train(Run, baseVersion: 2);
        Assert.All(delta, value => Assert.NotEqual(0, value));
    }

    [Fact]
    public void What_is_given_up_takes_no_part_of_the_clipping_bound()
    {
        // A bound that every record exceeds, and next to no noise: the update is as long as clipping lets it be.
        var run = Run with
        {
            Privacy = Run.Privacy with { MaxGradNorm = 1e-3, NoiseMultiplier = 1e-6 },
        };
        var (active, some) = Train(run, baseVersion: 3);
        var (_, all) = Train(run with { Adapter = run.Adapter with { RankAllocation = null } }, baseVersion: 3);
        var share = Norm(all.Zip(active, (value, one) => value * one)) / Norm(all);
        Assert.True(share < 0.9, $"{share}");
        Assert.True(Norm(some) > 1.05 * Norm(all.Zip(active, (value, one) => value * one)));
    }

    public void Dispose() => _folder.Dispose();

    private (float[] Active, float[] Delta) Train(RunDocument run, long baseVersion)
    {
        var settings = Some.Settings("data.jsonl");
        using var model = AdaptedModel.Open(CanonicalRunDocument.Digest(run), run, settings.Models);
        using var records = JsonLinesRecords.Open(
            _folder.Write("data.jsonl", Some.Records(60)),
            new HoldOut(new byte[32], 0.2),
            TestContext.Current.CancellationToken
        );
        var layout = model.Adapter.Layout;
        // Later layers are the stronger ones.
        var values = Enumerable.Range(1, (int)layout.Count).Select(i => 1e-6f * i).ToArray();
        var kept = ActiveDirections.Of(layout, values).Strongest(values, layout.Tensors.Sum(tensor => tensor.Rank) / 2);
        kept.Project(values);
        using var noise = new TestNoise(new string('c', 64), baseVersion, Node);
        var delta = new PrivateTrainer(
            model.Adapter,
            model.Base.Tokenizer,
            records,
            Some.Consented(run, settings)
        ).Train(baseVersion, values, noise, _ => { }, TestContext.Current.CancellationToken);
        return (kept.Mask(), delta);
    }

    private static double Norm(IEnumerable<float> values) => Math.Sqrt(values.Sum(value => (double)value * value));
}
