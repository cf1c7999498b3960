using Federated.Adapters;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using Federated.Adapters.Quantization;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>Judges a run document against what the owner has decided. A server can ask for anything; it gets what passes here.</summary>
/// <param name="settings">The owner's decisions.</param>
internal sealed class OwnerPolicy(NodeSettings settings)
{
    /// <summary>Judges a run and prices its whole plan: versions × local steps.</summary>
    /// <param name="runDigest">Identity of the document.</param>
    /// <param name="run">The document, valid by its own rules.</param>
    /// <param name="account">What the source has promised before.</param>
    public PolicyVerdict Judge(string runDigest, RunDocument run, SourceAccount account)
    {
        var reasons = new List<string>();
        Mechanism(run.Privacy, reasons);
        SamplingRate(run.Privacy, reasons);
        Metrics(run, reasons);
        if (DeclaredRecordsFor(run) is { } declared && !settings.Policy.ShareDeclaredRecords)
        {
            reasons.Add(
                $"aggregation.weights is declared, so that the silo would learn of the {declared} {settings.Source.Unit}s that you declared, and policy.shareDeclaredRecords is false"
            );
        }

        BaseModel(run, reasons);
        if (settings.Policy.Consent == ConsentMode.List && !settings.Policy.Runs.Contains(runDigest))
        {
            reasons.Add($"policy.consent is list and policy.runs does not name {runDigest}");
        }

        var unit = settings.Source.Unit;
        if (run.Privacy.Unit != unit)
        {
            // Neither implies the other at the same ε: a record more changes a subject's clipped share by up to twice the bound.
            reasons.Add($"privacy.unit is {run.Privacy.Unit}, and this node protects {unit}s; use {unit}");
        }

        if (reasons.Count > 0)
        {
            return new PolicyVerdict.Refused(reasons);
        }

        var plan = Plan(runDigest, run);
        var price = Price(plan, account, reasons);
        return reasons.Count > 0
            ? new PolicyVerdict.Refused(reasons)
            : new PolicyVerdict.Allowed(plan, price, settings.Policy.Consent == ConsentMode.Ask);
    }

    /// <summary>q of a run at this node: expectedBatchSize ÷ the declared number of records that can be sampled.</summary>
    public double SamplingRateOf(RunDocument run) =>
        (double)run.Privacy.ExpectedBatchSize / settings.DeclaredTrainingUnits;

    /// <summary>What the silo is told at consent: the declared number of records (or subjects), for a run that weighs by it; null for others.</summary>
    public long? DeclaredRecordsFor(RunDocument run) =>
        run.Aggregation.Weights == "declared" ? settings.Source.DeclaredUnits : null;

    private void Mechanism(PrivacySection privacy, List<string> reasons)
    {
        switch (privacy.Mechanism)
        {
            case "gaussian":
                break;
            case "test" when !settings.Policy.AllowTestNoise:
                reasons.Add("privacy.mechanism is test, which protects nobody, and policy.allowTestNoise is false");
                break;
            case "none" when !settings.Policy.AllowNonPrivate:
                reasons.Add("privacy.mechanism is none, which protects nobody, and policy.allowNonPrivate is false");
                break;
            case "test" or "none":
                break;
            default:
                reasons.Add($"privacy.mechanism {privacy.Mechanism} is unknown to this node; use gaussian");
                break;
        }
    }

    private void SamplingRate(PrivacySection privacy, List<string> reasons)
    {
        var count = settings.DeclaredTrainingUnits;
        var (unit, declared) = settings.Source.DeclaredSubjects is null
            ? ("record", "declaredRecords")
            : ("subject", "declaredSubjects");
        if (count < 1)
        {
            reasons.Add(
                $"source.{declared} = {settings.Source.DeclaredUnits} leaves no {unit} to train on beside the hold-out"
            );
        }
        else if (!(privacy.ExpectedBatchSize <= privacy.MaxSamplingRate * count))
        {
            reasons.Add(
                $"privacy.expectedBatchSize {privacy.ExpectedBatchSize} ÷ {count} declared training {unit}s is "
                    + $"{(double)privacy.ExpectedBatchSize / count:G3}, over privacy.maxSamplingRate {privacy.MaxSamplingRate:G3}: "
                    + $"this node has too few {unit}s for the run"
            );
        }

        if (!(settings.Source.Delta <= 1.0 / settings.Source.DeclaredUnits))
        {
            reasons.Add(
                $"source.budget.delta {settings.Source.Delta:G3} is over 1 ÷ {declared} = {1.0 / settings.Source.DeclaredUnits:G3}"
            );
        }
    }

    private void Metrics(RunDocument run, List<string> reasons)
    {
        if (run.Metrics is null)
        {
            return;
        }

        if (!settings.Policy.AllowMetrics)
        {
            reasons.Add("metrics asks for noised losses on held-out records, and policy.allowMetrics is false");
        }

        if (settings.HoldOutFraction == 0)
        {
            reasons.Add("metrics asks for losses on held-out records, and holdOut.fraction is 0");
        }
    }

    private void BaseModel(RunDocument run, List<string> reasons)
    {
        if (!settings.Models.TryGetValue(run.BaseModel.Name, out var folder))
        {
            reasons.Add($"baseModel {run.BaseModel.Name} is not in models of node.yaml; add its folder there");
            return;
        }

        try
        {
            var digest = BaseModelDigest.Compute(folder);
            if (digest != run.BaseModel.Sha256)
            {
                reasons.Add(
                    $"baseModel {run.BaseModel.Name} in {folder} has sha256 {digest}, and the run wants {run.BaseModel.Sha256}; "
                        + "fetch the model that the run names"
                );
                return;
            }

            var context = ModelShapes.Of(folder).Context;
            if (run.Local.MaxSequenceLength > context)
            {
                reasons.Add(
                    $"local.maxSequenceLength {run.Local.MaxSequenceLength} is over the model's context of {context} tokens"
                );
            }

            _ = AdaptedModel.LayoutOf(run, folder);
            if (reasons.Count == 0 && run.BaseModel.PackedSha256 is not null)
            {
                // Before a budget is reserved: packing takes seconds, and a run on other bits could never be trained.
                using var packed = Adapters.Models.BaseModel.Load(
                    folder,
                    BasePrecisions.Parse(run.BaseModel.Precision)
                );
                AdaptedModel.RequirePacked(packed, run.BaseModel);
            }
        }
        catch (InvalidAdapterOptionsException error)
        {
            reasons.Add(error.Message);
        }
        catch (Exception error) when (error is InvalidCheckpointException or IOException or UnauthorizedAccessException)
        {
            reasons.Add($"baseModel {run.BaseModel.Name} in {folder} cannot be read: {error.Message}");
        }
    }

    private ReservationRequest Plan(string runDigest, RunDocument run) =>
        new()
        {
            Source = settings.Source.Name,
            RunDigest = runDigest,
            SamplingRate = SamplingRateOf(run),
            NoiseMultiplier = run.Privacy.NoiseMultiplier,
            Steps = (long)run.Rounds.Versions * run.Local.Steps,
            MaxGradNorm = run.Privacy.MaxGradNorm,
            Unit = run.Privacy.Unit,
            Budget = new PrivacyBudget(settings.Source.Epsilon, settings.Source.Delta),
            Metrics = run.Metrics is { } metrics
                ? new MetricPlan(metrics.NoiseMultiplier, metrics.Releases(run.Rounds.Versions))
                : null,
            Mechanism = Sealer.MechanismOf(run.Privacy),
            Composition = settings.Source.Composition,
            IsPrivate = run.Privacy.Mechanism == "gaussian",
        };

    private PrivacyGuarantee Price(ReservationRequest plan, SourceAccount account, List<string> reasons)
    {
        PrivacyGuarantee price;
        try
        {
            price = account.Price(plan);
        }
        catch (Exception error) when (error is PrivacyBudgetExceededException or LedgerConflictException)
        {
            reasons.Add($"its whole plan does not fit: {error.Message}");
            return new PrivacyGuarantee(double.PositiveInfinity, double.PositiveInfinity, 0, "none");
        }

        // Not below or at the bound, rather than over it: NaN is refused as well.
        if (plan.IsPrivate && settings.Policy.MaxEpsilonPerRun is { } most && !(price.Epsilon <= most))
        {
            reasons.Add(
                $"its whole plan costs ε = {EpsilonText.Upper(price.Epsilon, 3)} at δ = {price.Delta:G2}, over policy.maxEpsilonPerRun {most:G4}"
            );
        }

        return price;
    }
}
