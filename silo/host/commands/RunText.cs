using System.Globalization;
using Federated.Aggregation;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>Runs in words, for a terminal.</summary>
internal static class RunText
{
    public static string Line(RunView run, DateTimeOffset now)
    {
        var reason = run.Reason.Length == 0 ? "" : $" ({run.Reason})";
        return $"{run.Name}  {Phase(run)}{reason}  version {Math.Max(0, run.PublishedVersion)}/{run.Versions}  {Open(run.Open, now)}{Loss(run)}";
    }

    public static void Table(IEnumerable<RunView> runs) =>
        Output.Table(
            ["NAME", "PHASE", "VERSION", "NODES", "UPDATES", "DIGEST"],
            runs.Select(run =>
                (IReadOnlyList<string>)
                    [
                        run.Name,
                        Phase(run),
                        $"{Math.Max(0, run.PublishedVersion)}/{run.Versions}",
                        $"{run.Nodes}",
                        $"{run.Open?.Accepted.Length ?? 0}",
                        run.RunDigest[..12],
                    ]
            )
        );

    public static void Members(RunView run)
    {
        var weighsDeclared = run.Members.Any(member => member.DeclaredRecords is not null);
        Output.Table(
            ["NODE", "STANDING", .. weighsDeclared ? ["DECLARED"] : (string[])[], "WEIGHT", "MERGED", "LAST CONTACT"],
            run.Members.Select(member =>
                (IReadOnlyList<string>)
                    [
                        member.NodeId[..12],
                        $"{member.Standing}".ToLowerInvariant()
                            + (member.Reason.Length == 0 ? "" : $": {member.Reason}"),
                        .. weighsDeclared ? [$"{member.DeclaredRecords}"] : (string[])[],
                        Number(member.WeightNext),
                        $"{member.Merged}",
                        Time(member.LastContact),
                    ]
            )
        );
    }

    public static void Versions(IEnumerable<VersionView> versions) =>
        Output.Table(
            [
                "VERSION",
                "PUBLISHED",
                "N",
                "NODE",
                "STALENESS",
                "WEIGHT",
                "COEFFICIENT",
                "NOISE",
                "ODDITY",
                "LEFT OUT",
                "PUBLIC LOSS",
                "ADAPTER",
            ],
            versions.SelectMany(Rows)
        );

    /// <summary>What stands out about versions: what a robust rule did, and what noise does to it.</summary>
    public static IEnumerable<string> Remarks(IEnumerable<VersionView> versions)
    {
        foreach (var version in versions)
        {
            if (version.Robust is { Clipped: > 0 } robust)
            {
                yield return $"version {version.Version}: {robust.Clipped} update(s) were longer than {Number(robust.Bound!.Value)} and were scaled down";
            }

            if (version.Robust is { Warning.Length: > 0 } powerless)
            {
                yield return $"version {version.Version}: {powerless.Warning}";
            }

            if (version.Central is { } central)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"version {version.Version}: noise of {central.NoiseDeviation:G4} in each coordinate for central privacy, ε = {central.Epsilon:G4} at δ = {central.Delta} for the whole run"
                );
            }

            if (version.NoisedLoss is { } noised)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"version {version.Version}: loss on held-out records of {noised.Nodes} node(s) {noised.Nats:0.####} ± {noised.NoiseDeviation:0.####} (standard deviation of the noise)"
                );
            }

            if (version.Merge?.ActiveRanks is { } active)
            {
                yield return $"version {version.Version}: {active.Sum()} directions are active, by layer {string.Join(" ", active)}";
            }

            if (version.Remembered > 0)
            {
                yield return $"version {version.Version}: {version.Remembered} update(s) of earlier versions were merged again";
            }
        }
    }

    /// <summary>What retention has given up of a run; nothing when it has kept all.</summary>
    public static IEnumerable<string> Swept(RunView run)
    {
        if (run.Swept is { } swept)
        {
            var versions = swept.LastVersion > 0 ? $"; versions up to {swept.LastVersion} cannot all be replayed" : "";
            yield return $"retention: the bytes of {swept.Updates} update(s), {swept.Bytes} in all, were given up, the last on {Time(swept.At)}{versions}";
        }
    }

    /// <summary>What the newest judged version made of the run's prompts.</summary>
    public static IEnumerable<string> Samples(IEnumerable<VersionView> versions) =>
        versions.LastOrDefault(version => version.Evaluation is { Samples.Count: > 0 }) is { } judged
            ? judged.Evaluation!.Samples.Select(sample =>
                $"version {judged.Version}: {sample.Prompt}|{sample.Text.ReplaceLineEndings(" ")}"
            )
            : [];

    public static string Time(DateTimeOffset? moment) =>
        moment?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "never";

    private static IEnumerable<IReadOnlyList<string>> Rows(VersionView version)
    {
        string[] first =
        [
            $"{version.Version}",
            Time(version.PublishedAt),
            $"{version.Nodes}",
            "",
            "",
            "",
            Number(version.CoefficientSum),
            Amplification(version),
            "",
            LeftOut(version.Merge),
            Loss(version),
            version.AdapterDigest[..12],
        ];
        yield return first;
        foreach (var update in version.Updates)
        {
            yield return
            [
                "",
                "",
                "",
                update.NodeId[..12],
                $"{update.Staleness}",
                Number(update.Weight),
                Number(update.Coefficient) + (update.Clip < 1 ? $" (cut to {Number(update.Clip)})" : ""),
                "",
                Oddity(version, update.NodeId),
                "",
                "",
                update.Digest[..12],
            ];
        }
    }

    // √Σ c², and how many times that of uniform weights.
    private static string Amplification(VersionView version) =>
        version.UniformNoiseAmplification > 0
            ? $"{Number(version.NoiseAmplification)} ({Number(version.NoiseAmplification / version.UniformNoiseAmplification)}×)"
            : "";

    private static string Oddity(VersionView version, string nodeId) =>
        version.Robust?.Nodes.FirstOrDefault(node => node.NodeId == nodeId) is { } node ? Number(node.Score) : "";

    // Of the products that the updates ask for, what the version does not hold, and what averaging the factors would have lost.
    private static string LeftOut(MergeReport? merge) =>
        merge switch
        {
            null => "",
            { Method: MergeMethod.Ffa } => "0",
            { AveragingLoss: { } loss, DroppedTail: { } dropped } => $"{Number(dropped)} (average {Number(loss)})",
            { DroppedTail: { } dropped } => Number(dropped),
            _ => "not measured",
        };

    private static string Open(OpenVersionStatus? open, DateTimeOffset now)
    {
        if (open is null)
        {
            return "no version open";
        }

        var closes = open switch
        {
            { Closing: true } => "merging",
            { Deadline: { } deadline } when deadline > now => $"deadline in {deadline - now:h\\:mm\\:ss}",
            _ => "no deadline ahead",
        };
        return $"version {open.Version} holds {open.Accepted.Length} update(s), {closes}";
    }

    private static string Loss(RunView run) =>
        run.PublicLoss is { } loss
            ? $"  public loss {Number(loss)}{Accuracy(run.PublicAccuracy)} (version {run.EvaluatedVersion})"
            : "";

    private static string Loss(VersionView version) =>
        version.PublicLoss is { } loss ? $"{Number(loss)}{Accuracy(version.PublicAccuracy)}" : "";

    private static string Accuracy(double? share) =>
        share is { } accuracy ? string.Create(CultureInfo.InvariantCulture, $", accuracy {accuracy:0.0 %}") : "";

    private static string Phase(RunView run) => $"{run.State}".ToLowerInvariant();

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
