using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Lab.Demo.Data;
using Federated.Lab.Demo.Reports;
using Federated.Lab.Demo.Runs;
using Federated.Lab.Demo.Views;
using Federated.Privacy.Accounting;

namespace Federated.Lab.Demo.Compare;

/// <summary>Trains in the other ways, with the same number of record gradients, and judges them all on the same records.</summary>
/// <remarks>
/// Everyone trains through the same silo, by the same document but for what is compared: alone (a run of one node, same noise, same
/// steps), without privacy (the whole federation, no noise), centralised (one node that owns all records, a batch as large as all the
/// federation's together, its noise calibrated for the same ε). The local continuation happens in this process.
/// </remarks>
internal sealed class Comparison(
    Federation federation,
    DemoFolder folder,
    DemoState state,
    string modelFolder,
    AdapterOptions adapter,
    TextWriter progress,
    TimeProvider time
)
{
    /// <summary>The table.</summary>
    public async Task<ComparisonReport> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder.Compare);
        var runner = new ArmRunner(federation, folder, state, progress, time);
        var central = Centralised();
        await progress.WriteLineAsync("Comparison: each organisation alone, and all records in one place.");
        var first = await runner.TrainAsync([.. state.Organisations.Select(Alone), central], cancellationToken);
        await progress.WriteLineAsync("Comparison: the federation without privacy.");
        var second = await runner.TrainAsync([NonPrivate()], cancellationToken);

        await progress.WriteLineAsync("Comparison: judging every adapter on every organisation's held-out records.");
        using var judge = new AdapterJudge(modelFolder, state, adapter);
        float[] Values(string peft) => PeftFolder.Read(peft, judge.Adapter.Layout);
        Scores Judge(float[]? values) => judge.Judge(values, cancellationToken);
        var federated = Values(folder.Adapter);
        var continued = state.Organisations.Select(organisation =>
            Judge(LocalContinuation.Train(judge, organisation, federated, state.Seed, cancellationToken))
        );
        var guarantee = Numbers.Text($"≤ {DemoDefaults.TargetEpsilon}");
        const string None = "none";
        return new ComparisonReport(
            [.. state.Organisations.Select(organisation => organisation.Name)],
            state.Stranger?.Name,
            [
                Shared("base model", "0", Judge(null)),
                Each("alone", guarantee, [.. first.SkipLast(1).Select(peft => Judge(Values(peft)))]),
                Shared("federated", guarantee, Judge(federated)),
                Each("federated + local continuation", "not private", [.. continued]),
                Shared("federated, no privacy", None, Judge(Values(second[0]))),
                Shared("centralised", guarantee, Judge(Values(first[^1]))),
            ]
        );
    }

    // One adapter for all: each owner's own score differs, everyone's is the same.
    private static ComparisonRow Shared(string method, string guarantee, Scores scores) =>
        new(
            method,
            guarantee,
            scores.ByOrganisation,
            [.. scores.ByOrganisation.Select(_ => scores.Everyone)],
            scores.Stranger
        );

    private static ComparisonRow Each(string method, string guarantee, IReadOnlyList<Scores> scores) =>
        new(
            method,
            guarantee,
            [.. scores.Select((score, owner) => score.ByOrganisation[owner])],
            [.. scores.Select(score => score.Everyone)],
            scores.All(score => score.Stranger is not null) ? scores.Average(score => score.Stranger) : null
        );

    private Arm Alone(Organisation organisation)
    {
        var name = $"alone-{organisation.Name}";
        return new Arm(
            name,
            [organisation],
            true,
            ids => Document(name, ids, state.NoiseMultiplier, state.MaxSamplingRate, DemoDefaults.ExpectedBatchSize)
        );
    }

    private Arm NonPrivate() =>
        new(
            "no-privacy",
            state.Organisations,
            false,
            ids => Document("no-privacy", ids, null, state.MaxSamplingRate, DemoDefaults.ExpectedBatchSize)
        );

    private Arm Centralised()
    {
        var file = Path.Combine(folder.Compare, "all.jsonl");
        using (var all = new StreamWriter(file))
        {
            foreach (
                var line in state.Organisations.SelectMany(organisation => File.ReadLines(organisation.RecordsFile))
            )
            {
                all.WriteLine(line);
            }
        }

        var everyone = new Organisation(
            "centralised",
            file,
            state.Organisations.Sum(organisation => organisation.Records)
        );
        var batch = DemoDefaults.ExpectedBatchSize * state.Organisations.Count;
        var rate = everyone.SamplingRate(batch);
        var noise = NoiseCalibration.NoiseMultiplier(
            DemoDefaults.TargetEpsilon,
            state.PlanDelta,
            rate,
            (long)state.Versions * DemoDefaults.Steps
        );
        return new Arm("centralised", [everyone], true, ids => Document("centralised", ids, noise, rate, batch));
    }

    private RunTemplate Document(string name, IReadOnlyList<string> ids, double? noise, double rate, int batch) =>
        new(
            name,
            $"{{ nodes: [{string.Join(", ", ids)}] }}",
            BaseModelDigest.Compute(modelFolder),
            state.Seed,
            state.Versions,
            ids.Count,
            noise,
            rate,
            state.PlanDelta,
            batch,
            adapter.Initial
        );
}
