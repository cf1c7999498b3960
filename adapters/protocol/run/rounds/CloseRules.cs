using System.Globalization;

namespace Federated.Protocol;

/// <summary>Which close rules make sense: a version must be able to close, and must never be merged empty.</summary>
internal static class CloseRules
{
    private const string Path = "rounds.close";

    public static void Validate(CloseSection close, int namedNodes, RuleReport report)
    {
        Count("cohort", close.Cohort, namedNodes, report);
        Count("quorum", close.Quorum, namedNodes, report);
        Count("buffer", close.Buffer, namedNodes, report);
        report.OneOf($"{Path}.onMissedQuorum", close.OnMissedQuorum, "extend", "pause", "fail");
        report.Duration($"{Path}.grace", close.Grace, TimeSpan.Zero);
        if (close.Deadline is { } deadline)
        {
            report.Duration($"{Path}.deadline", deadline, TimeSpan.FromSeconds(1));
        }

        Contradictions(close, report);
    }

    private static void Contradictions(CloseSection close, RuleReport report)
    {
        var byNodes = close.Cohort ?? close.Quorum;
        if (close.Buffer is not null && byNodes is not null)
        {
            report.Add(
                Path,
                null,
                "buffer stands beside cohort or quorum",
                "write either buffer and deadline, or cohort, quorum, deadline and grace"
            );
            return;
        }

        if (close.Buffer is null && byNodes is null)
        {
            report.Add(Path, null, "nothing closes a version", "write cohort: N, or quorum: N, or buffer: K");
            return;
        }

        if (close.Quorum > close.Cohort)
        {
            report.Add($"{Path}.quorum", Show(close.Quorum), "more than the cohort", $"write 1 … {close.Cohort}");
        }

        if (close.Deadline is null && (close.Quorum ?? close.Buffer) is not null)
        {
            var rule = close.Buffer is null ? "quorum" : "buffer";
            report.Add($"{Path}.deadline", null, $"missing beside {rule}", "write a deadline such as 10m");
        }

        if (close.Deadline is null && close.Grace > TimeSpan.Zero)
        {
            report.Add(
                $"{Path}.grace",
                Durations.Format(close.Grace),
                "a grace without a deadline never begins",
                "write a deadline, or leave grace out"
            );
        }
    }

    private static void Count(string key, int? value, int namedNodes, RuleReport report)
    {
        if (value is not { } count)
        {
            return;
        }

        report.Count($"{Path}.{key}", count);
        if (namedNodes > 0 && count > namedNodes)
        {
            report.Add(
                $"{Path}.{key}",
                Show(count),
                $"more than the {namedNodes} that participants.nodes names",
                $"write 1 … {namedNodes}"
            );
        }
    }

    private static string? Show(int? value) => value?.ToString(CultureInfo.InvariantCulture);
}
