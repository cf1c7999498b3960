namespace Federated.Protocol;

/// <summary>What a run document must fulfil before anybody signs anything about it.</summary>
public static class RunDocumentRules
{
    /// <summary>Checks ranges and contradictions of a whole document.</summary>
    /// <param name="document">The document.</param>
    /// <returns>All that is wrong, without lines; empty when it may be submitted.</returns>
    public static IReadOnlyList<RunDocumentError> Validate(RunDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var report = new RuleReport();
        if (document.Name is not null)
        {
            report.Name("name", document.Name, "-_.");
        }

        Participants(document.Participants, report);
        BaseModel(document.BaseModel, report);
        AdapterRules.Validate(document, report);
        PrivacyRules.Validate(document.Privacy, report);
        AdaptiveClippingRules.Validate(document, report);
        LocalRules.Validate(document.Local, report);
        EvaluationRules.Validate(document, report);
        report.Count("rounds.versions", document.Rounds.Versions);
        report.Count("rounds.maxStaleness", document.Rounds.MaxStaleness, least: 0);
        report.Duration("rounds.leaveAfter", document.Rounds.LeaveAfter, TimeSpan.FromSeconds(1));
        CloseRules.Validate(document.Rounds.Close, document.Participants.Nodes.Count, report);
        AggregationRules.Validate(document, report);
        report.Duration("retention.updates", document.Retention.Updates, TimeSpan.Zero);
        if (document.Retention.Versions is { } kept)
        {
            report.Add("retention.versions", kept, "not there yet: nothing is deleted", "write all, or leave it out");
        }

        return report.Errors;
    }

    private static void Participants(ParticipantsSection section, RuleReport report)
    {
        if ((section.Group is null) == (section.Nodes.Count == 0))
        {
            var reason = section.Group is null ? "nobody is named" : "a group and nodes are both named";
            report.Add("participants", null, reason, "write either group: NAME or nodes: [ID, …]");
        }

        if (section.Group is not null)
        {
            report.Name("participants.group", section.Group, "-_.");
        }

        foreach (var node in section.Nodes)
        {
            report.Hex("participants.nodes", node, 8, 64);
        }

        // A prefix and its continuation would be the same node twice.
        var sorted = section.Nodes.Order(StringComparer.Ordinal).ToList();
        for (var i = 1; i < sorted.Count; i++)
        {
            if (sorted[i].StartsWith(sorted[i - 1], StringComparison.Ordinal))
            {
                report.Add("participants.nodes", sorted[i], "stands there twice", "name each node once");
            }
        }
    }

    private static void BaseModel(BaseModelSection section, RuleReport report)
    {
        report.Name("baseModel.name", section.Name, "-_./");
        report.Hex("baseModel.sha256", section.Sha256, 64, 64);
        report.OneOf("baseModel.precision", section.Precision, "float32", "bfloat16", "int8", "nf4");
        var packed = section.Precision is "int8" or "nf4";
        if (packed && section.PackedSha256 is null)
        {
            report.Add(
                "baseModel.packedSha256",
                null,
                $"nodes must know that they train on the same {section.Precision} weights",
                $"write what fednode model digest FOLDER --precision {section.Precision} prints"
            );
        }
        else if (packed)
        {
            report.Hex("baseModel.packedSha256", section.PackedSha256!, 64, 64);
        }
        else if (section.PackedSha256 is { } superfluous)
        {
            report.Add(
                "baseModel.packedSha256",
                superfluous,
                $"nothing is packed with precision {section.Precision}",
                "leave it out, or write precision: int8 or nf4"
            );
        }
    }
}
