namespace Federated.Protocol;

/// <summary>What robust rules make sense, and what each needs so that its promise holds in every version.</summary>
internal static class RobustRules
{
    private const string Path = "aggregation.robust";

    public static void Validate(RobustSection section, RunDocument document, RuleReport report)
    {
        report.OneOf(
            $"{Path}.method",
            section.Method,
            "normBound",
            "median",
            "trimmedMean",
            "krum",
            "multiKrum",
            "geometricMedian",
            "centeredClip",
            "none"
        );
        if (section.Method == "none" && section.Bound != "none")
        {
            report.Add($"{Path}.bound", section.Bound, "no rule reads it", "leave it out, or write method: normBound");
        }

        Bound(section, document, report);
        Keys(section, report);
        if (section.Method is not ("normBound" or "none"))
        {
            Weights(section, document.Aggregation, report);
            Nodes(section, document.Rounds.Close, report);
        }
    }

    /// <summary>Distinct nodes that a version needs at least.</summary>
    public static int LeastNodes(RobustSection section) =>
        section.Method switch
        {
            // Blanchard et al. 2017: n ≥ 2f + 3. Averaging m of them needs m ≤ n − f.
            "krum" => (2 * (section.Byzantine ?? 0)) + 3,
            "multiKrum" => Math.Max(
                (2 * (section.Byzantine ?? 0)) + 3,
                (section.Select ?? 1) + (section.Byzantine ?? 0)
            ),
            // At least one value is left out at each end.
            "trimmedMean" => section.Trim is > 0 and < 0.5 ? (int)Math.Ceiling(1 / section.Trim.Value) : 1,
            _ => 3,
        };

    private static void Bound(RobustSection section, RunDocument document, RuleReport report)
    {
        var bound = section.Bound;
        if (bound is not ("auto" or "none") && !Numbers.IsPositive(bound))
        {
            report.Add($"{Path}.bound", bound, "not a norm", "write auto, none or a number > 0");
        }

        if (section.Method == "normBound" && bound == "none")
        {
            report.Add($"{Path}.bound", bound, "normBound without a bound", "write auto or a number > 0");
        }

        var local = document.Local;
        if (
            bound == "auto"
            && local.Optimizer.Name == "sgd"
            && local.Proximal > 0
            && (local.Optimizer.Momentum > 0 || local.Proximal * local.Optimizer.LearningRate > 1)
        )
        {
            report.Add(
                $"{Path}.bound",
                bound,
                "proximal beside momentum, or over 1 ÷ learningRate, may lengthen an update",
                "write a number > 0, or local.proximal: 0"
            );
        }

        if (bound == "auto" && local.Optimizer.WeightDecay != 0)
        {
            report.Add(
                $"{Path}.bound",
                bound,
                "weight decay moves an update by the size of its base, which is no constant of the run",
                "write a number > 0, or local.optimizer.weightDecay: 0"
            );
        }
    }

    private static void Keys(RobustSection section, RuleReport report)
    {
        var krum = section.Method is "krum" or "multiKrum";
        Key("byzantine", section.Byzantine is not null, krum, needed: krum, section, report);
        Key("select", section.Select is not null, section.Method == "multiKrum", needed: false, section, report);
        var trims = section.Method == "trimmedMean";
        Key("trim", section.Trim is not null, trims, needed: trims, section, report);
        var clips = section.Method == "centeredClip";
        Key("radius", section.Radius is not null, clips, needed: clips, section, report);
        var iterates = section.Method is "geometricMedian" or "centeredClip";
        Key("iterations", section.Iterations is not null, iterates, needed: false, section, report);
        report.Range($"{Path}.byzantine", section.Byzantine ?? 0, 0, 100_000);
        report.Range($"{Path}.select", section.Select ?? 1, 1, 100_000);
        report.Range($"{Path}.iterations", section.Iterations ?? 1, 1, 100);
        if (section.Trim is { } trim && !(trim > 0 && trim < 0.5))
        {
            report.Add($"{Path}.trim", trim, "out of range", "write a number > 0 and < 0.5");
        }

        if (section.Radius is { } radius)
        {
            report.Positive($"{Path}.radius", radius);
        }
    }

    private static void Key(string key, bool isSet, bool isRead, bool needed, RobustSection section, RuleReport report)
    {
        if (isSet && !isRead)
        {
            report.Add($"{Path}.{key}", null, $"{section.Method} does not read it", "leave it out");
        }
        else if (needed && !isSet)
        {
            report.Add($"{Path}.{key}", null, $"{section.Method} needs it", $"add {key}");
        }
    }

    private static void Weights(RobustSection section, AggregationSection aggregation, RuleReport report)
    {
        if (aggregation.Weights == "declared")
        {
            report.Add(
                "aggregation.weights",
                "declared",
                $"a hostile node could declare the majority of all records, and {section.Method} holds against a minority",
                "write weights: uniform, or robust: { method: normBound }"
            );
        }

        var method = aggregation.Participation.Method;
        if (method is "fedvarp" or "mifa")
        {
            report.Add(
                $"{Path}.method",
                section.Method,
                $"participation {method} merges remembered updates, which no rule looks at again",
                "write method: normBound, or participation: { method: fedau }"
            );
        }
        else if (section.Method is "krum" && method is "fedau" or "known")
        {
            report.Add(
                $"{Path}.method",
                section.Method,
                $"it publishes one node's update whatever its weight, which undoes the weights of participation {method}",
                "write participation: { method: fedavg } or uniform, or another robust.method: all but krum count weights"
            );
        }

        if (section.Method is "median" or "trimmedMean" && aggregation.Merge != "ffa")
        {
            report.Add(
                $"{Path}.method",
                section.Method,
                $"coordinates of low-rank factors are not comparable between nodes (merge: {aggregation.Merge})",
                "write merge: ffa, or a rule on distances: multiKrum, geometricMedian or centeredClip"
            );
        }
    }

    // The quorum holds whoever leaves; a cohort shrinks with the run.
    private static void Nodes(RobustSection section, CloseSection close, RuleReport report)
    {
        var least = LeastNodes(section);
        if ((close.Quorum ?? 0) < least)
        {
            report.Add(
                "rounds.close.quorum",
                close.Quorum?.ToString(System.Globalization.CultureInfo.InvariantCulture),
                $"robust {section.Method} needs {least} nodes in every version",
                $"write a quorum of at least {least}"
            );
        }
    }
}
