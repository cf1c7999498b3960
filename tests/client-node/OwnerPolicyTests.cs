using Federated.Adapters.Models;
using Federated.Adapters.Quantization;
using Federated.Protocol;

namespace Federated.ClientNode.Tests;

public sealed class OwnerPolicyTests
{
    private const string Digest = "1111111111111111111111111111111111111111111111111111111111111111";

    /// <summary>The table: what is changed in settings or run, and a word of the reason (null = allowed).</summary>
    public static TheoryData<string, string?> Cases =>
        new()
        {
            { "nothing", null },
            { "test noise, not allowed", "allowTestNoise" },
            { "test noise, allowed", null },
            { "no noise, not allowed", "allowNonPrivate" },
            { "no noise, allowed", null },
            { "unknown mechanism", "unknown to this node" },
            { "sampling rate just over the run's limit", "maxSamplingRate" },
            { "sampling rate at the run's limit", null },
            { "delta over one in the declared records", "1 ÷ declaredRecords" },
            { "a model that node.yaml does not name", "not in models" },
            { "a model with another digest", "sha256" },
            { "a model packed to other bits", "packed to nf4" },
            { "a model packed as the run says", null },
            { "a target the model has not", "matches no linear layer" },
            { "sequences longer than the context", "context" },
            { "over the epsilon of one run", "maxEpsilonPerRun" },
            { "over what is left of the budget", "exceeds the budget" },
            { "no delta left", "delta spent 1E-05" },
            { "spent epsilon that is no number", "exceeds the budget" },
            { "a limit of one run that is no number", "maxEpsilonPerRun" },
            { "a source's delta that is no number", "source.budget.delta" },
            { "a list without the run", "policy.runs" },
            { "a list with the run", null },
            { "another unit", "protects records" },
            { "subjects, declared", null },
            { "subjects at a rate over the run's limit", "declared training subjects" },
            { "records of a source of subjects", "protects subjects" },
            { "delta over one in the declared subjects", "1 ÷ declaredSubjects" },
            { "metrics, not allowed", "allowMetrics" },
            { "metrics, allowed", null },
            { "metrics without a hold-out", "holdOut.fraction" },
            { "declared records, not shared", "shareDeclaredRecords" },
            { "declared records, shared", null },
            { "subjects after records", "protects one record since its first plan" },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_policy_allows_or_names_its_reason(string change, string? reason)
    {
        var (settings, run, spent) = Case(change);

        var verdict = new OwnerPolicy(settings).Judge(Digest, run, spent);

        if (reason is null)
        {
            Assert.IsType<PolicyVerdict.Allowed>(verdict);
        }
        else
        {
            var refused = Assert.IsType<PolicyVerdict.Refused>(verdict);
            Assert.Contains(reason, Assert.Single(refused.Reasons), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_whole_plan_is_priced_at_half_of_the_delta_that_is_left()
    {
        var settings = Some.Settings("data.jsonl");

        var verdict = new OwnerPolicy(settings).Judge(
            Digest,
            Some.Run("gaussian", versions: 5, steps: 3),
            Some.NothingSpent
        );

        var allowed = Assert.IsType<PolicyVerdict.Allowed>(verdict);
        Assert.Equal(15, allowed.Plan.Steps);
        Assert.Equal(4.0 / 80, allowed.Plan.SamplingRate);
        Assert.Equal(settings.Source.Delta / 2, allowed.Price.Delta);
        Assert.True(allowed.Plan.IsPrivate);
        Assert.Equal(
            Federated.Privacy.Accounting.Accountants.Best(allowed.Plan.ToEvent(), settings.Source.Delta / 2).Epsilon,
            allowed.Price.Epsilon
        );
    }

    [Theory]
    [InlineData("test")]
    [InlineData("none")]
    public void A_plan_without_a_guarantee_has_infinite_epsilon_and_says_that_it_is_not_private(string mechanism)
    {
        var verdict = new OwnerPolicy(Some.Settings("data.jsonl")).Judge(
            Digest,
            Some.Run(mechanism),
            Some.NothingSpent
        );

        var allowed = Assert.IsType<PolicyVerdict.Allowed>(verdict);
        Assert.False(allowed.Plan.IsPrivate);
        Assert.Equal(double.PositiveInfinity, allowed.Price.Epsilon);
    }

    [Fact]
    public void The_owner_is_asked_only_when_the_policy_says_ask()
    {
        var ask = new OwnerPolicy(Some.Settings("data.jsonl", ConsentMode.Ask)).Judge(
            Digest,
            Some.Run(),
            Some.NothingSpent
        );
        var auto = new OwnerPolicy(Some.Settings("data.jsonl")).Judge(Digest, Some.Run(), Some.NothingSpent);

        Assert.True(Assert.IsType<PolicyVerdict.Allowed>(ask).NeedsOwner);
        Assert.False(Assert.IsType<PolicyVerdict.Allowed>(auto).NeedsOwner);
    }

    private static RunDocument Subjects(RunDocument run) =>
        run with
        {
            Privacy = run.Privacy with { Unit = "subject", MaxRecordsPerSubject = 4 },
        };

    private static (NodeSettings, RunDocument, Federated.Privacy.Accounting.SourceAccount) Case(string change)
    {
        var settings = Some.Settings("data.jsonl");
        var run = Some.Run("gaussian");
        var spent = Some.NothingSpent;
        switch (change)
        {
            case "test noise, not allowed":
                settings = settings with { Policy = settings.Policy with { AllowTestNoise = false } };
                run = Some.Run("test");
                break;
            case "test noise, allowed":
                run = Some.Run("test");
                break;
            case "no noise, not allowed":
                settings = settings with { Policy = settings.Policy with { AllowNonPrivate = false } };
                run = Some.Run("none");
                break;
            case "metrics, not allowed":
                run = run with { Metrics = new MetricsSection { NoiseMultiplier = 8 } };
                break;
            case "metrics, allowed":
                settings = settings with { Policy = settings.Policy with { AllowMetrics = true } };
                run = run with { Metrics = new MetricsSection { NoiseMultiplier = 8 } };
                break;
            case "metrics without a hold-out":
                settings = settings with { Policy = settings.Policy with { AllowMetrics = true }, HoldOutFraction = 0 };
                run = run with { Metrics = new MetricsSection { NoiseMultiplier = 8 } };
                break;
            case "declared records, not shared":
                run = run with { Aggregation = run.Aggregation with { Weights = "declared" } };
                break;
            case "declared records, shared":
                settings = settings with { Policy = settings.Policy with { ShareDeclaredRecords = true } };
                run = run with { Aggregation = run.Aggregation with { Weights = "declared" } };
                break;
            case "no noise, allowed":
                run = Some.Run("none");
                break;
            case "a model packed to other bits":
                run = Packed(run, new string('a', 64));
                break;
            case "a model packed as the run says":
                run = Packed(run, PackedDigestOf(settings.Models[run.BaseModel.Name]));
                break;
            case "unknown mechanism":
                run = run with { Privacy = run.Privacy with { Mechanism = "laplace" } };
                break;
            case "sampling rate just over the run's limit":
                run = run with { Privacy = run.Privacy with { ExpectedBatchSize = 9, MaxSamplingRate = 0.1 } };
                break;
            case "sampling rate at the run's limit":
                run = run with { Privacy = run.Privacy with { ExpectedBatchSize = 8, MaxSamplingRate = 0.1 } };
                break;
            case "delta over one in the declared records":
                settings = settings with { Source = settings.Source with { Delta = 0.011 } };
                break;
            case "a model that node.yaml does not name":
                run = run with { BaseModel = run.BaseModel with { Name = "other" } };
                break;
            case "a model with another digest":
                run = run with { BaseModel = run.BaseModel with { Sha256 = Digest } };
                break;
            case "a target the model has not":
                run = run with { Adapter = run.Adapter with { Targets = ["c_attn"] } };
                break;
            case "sequences longer than the context":
                run = run with { Local = run.Local with { MaxSequenceLength = 100_000 } };
                break;
            case "over the epsilon of one run":
                settings = settings with { Policy = settings.Policy with { MaxEpsilonPerRun = 0.01 } };
                break;
            case "over what is left of the budget":
                spent = spent with { PlanEpsilon = 999.999 };
                break;
            case "spent epsilon that is no number":
                spent = spent with { PlanEpsilon = double.NaN };
                break;
            case "a limit of one run that is no number":
                settings = settings with { Policy = settings.Policy with { MaxEpsilonPerRun = double.NaN } };
                break;
            case "a source's delta that is no number":
                settings = settings with { Source = settings.Source with { Delta = double.NaN } };
                break;
            case "no delta left":
                spent = spent with { PlanDelta = 1e-5 };
                break;
            case "a list without the run":
                settings = settings with { Policy = settings.Policy with { Consent = ConsentMode.List } };
                break;
            case "a list with the run":
                settings = settings with
                {
                    Policy = settings.Policy with { Consent = ConsentMode.List, Runs = [Digest] },
                };
                break;
            case "another unit":
                run = Subjects(run);
                break;
            case "subjects, declared":
                settings = settings with { Source = settings.Source with { DeclaredSubjects = 50 } };
                run = Subjects(run);
                break;
            case "subjects at a rate over the run's limit":
                settings = settings with { Source = settings.Source with { DeclaredSubjects = 20 } };
                run = Subjects(run);
                break;
            case "records of a source of subjects":
                settings = settings with { Source = settings.Source with { DeclaredSubjects = 50 } };
                break;
            case "delta over one in the declared subjects":
                settings = settings with { Source = settings.Source with { DeclaredSubjects = 50, Delta = 0.021 } };
                run = Subjects(run);
                break;
            case "subjects after records":
                settings = settings with { Source = settings.Source with { DeclaredSubjects = 50 } };
                run = Subjects(run);
                spent = spent with { Unit = "record" };
                break;
        }

        return (settings, run, spent);
    }

    private static RunDocument Packed(RunDocument run, string digest) =>
        run with
        {
            BaseModel = run.BaseModel with { Precision = "nf4", PackedSha256 = digest },
        };

    private static string PackedDigestOf(string folder)
    {
        using var model = BaseModel.Load(folder, BasePrecision.Nf4);
        return PackedDigest.Of(model.Model)!;
    }
}
