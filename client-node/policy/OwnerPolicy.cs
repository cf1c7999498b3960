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
    /// <param name="spent">What the source has spent before.</param>
    public PolicyVerdict Judge(string runDigest, RunDocument run, SourceStatus spent)
    {
        var reasons = new List<string>();
        Mechanism(run.Privacy, reasons);
        SamplingRate(run.Privacy, reasons);
        BaseModel(run, reasons);
        if (settings.Policy.Consent == ConsentMode.List && !settings.Policy.Runs.Contains(runDigest))
        {
            reasons.Add($"policy.consent is list and policy.runs does not name {runDigest}");
        }

        if (run.Privacy.Unit != "record")
        {
            reasons.Add($"privacy.unit is {run.Privacy.Unit}, and this node protects records; use record");
        }

        if (reasons.Count > 0)
        {
            return new PolicyVerdict.Refused(reasons);
        }

        var plan = Plan(runDigest, run, spent);
        var price = Price(plan, spent, reasons);
        return reasons.Count > 0
            ? new PolicyVerdict.Refused(reasons)
            : new PolicyVerdict.Allowed(plan, price, settings.Policy.Consent == ConsentMode.Ask);
    }

    /// <summary>q of a run at this node: expectedBatchSize ÷ the declared number of records that can be sampled.</summary>
    public double SamplingRateOf(RunDocument run) =>
        (double)run.Privacy.ExpectedBatchSize / settings.DeclaredTrainingRecords;

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
        var records = settings.DeclaredTrainingRecords;
        if (records < 1)
        {
            reasons.Add(
                $"source.declaredRecords = {settings.Source.DeclaredRecords} leaves no record to train on beside the hold-out"
            );
        }
        else if (!(privacy.ExpectedBatchSize <= privacy.MaxSamplingRate * records))
        {
            reasons.Add(
                $"privacy.expectedBatchSize {privacy.ExpectedBatchSize} ÷ {records} declared training records is "
                    + $"{(double)privacy.ExpectedBatchSize / records:G3}, over privacy.maxSamplingRate {privacy.MaxSamplingRate:G3}: "
                    + "this node has too few records for the run"
            );
        }

        if (!(settings.Source.Delta <= 1.0 / settings.Source.DeclaredRecords))
        {
            reasons.Add(
                $"source.budget.delta {settings.Source.Delta:G3} is over 1 ÷ declaredRecords = {1.0 / settings.Source.DeclaredRecords:G3}"
            );
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

    private ReservationRequest Plan(string runDigest, RunDocument run, SourceStatus spent) =>
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
            // Half of what is left, so that there is always a share for a later run.
            Delta = run.Privacy.Mechanism == "gaussian" ? (settings.Source.Delta - spent.ReservedDelta) / 2 : null,
            IsPrivate = run.Privacy.Mechanism == "gaussian",
        };

    private PrivacyGuarantee Price(ReservationRequest plan, SourceStatus spent, List<string> reasons)
    {
        if (!plan.IsPrivate)
        {
            return new PrivacyGuarantee(double.PositiveInfinity, double.PositiveInfinity, 0, "none");
        }

        if (!(plan.Delta > 0))
        {
            reasons.Add($"source {plan.Source} has spent its δ of {settings.Source.Delta:G3}");
            return new PrivacyGuarantee(double.PositiveInfinity, double.PositiveInfinity, 0, "none");
        }

        var price = Accountants.Best(plan.ToEvent(), plan.Delta.Value);
        // Not below or at the bound, rather than over it: NaN is refused as well.
        if (settings.Policy.MaxEpsilonPerRun is { } most && !(price.Epsilon <= most))
        {
            reasons.Add(
                $"its whole plan costs ε = {price.Epsilon:F3} at δ = {price.Delta:G2}, over policy.maxEpsilonPerRun {most:G4}"
            );
        }

        if (!(spent.ReservedEpsilon + price.Epsilon <= settings.Source.Epsilon))
        {
            reasons.Add(
                $"its whole plan costs ε = {price.Epsilon:F3} at δ = {price.Delta:G2}, and of the budget {settings.Source.Epsilon:G4} "
                    + $"of source {plan.Source} {Math.Max(0, settings.Source.Epsilon - spent.ReservedEpsilon):F3} is left"
            );
        }

        return price;
    }
}
