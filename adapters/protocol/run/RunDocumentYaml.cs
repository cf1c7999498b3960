namespace Federated.Protocol;

/// <summary>Reads a run document from YAML (or JSON, which is YAML).</summary>
public static class RunDocumentYaml
{
    /// <summary>Reads a document and applies <see cref="RunDocumentRules"/>. Absent keys get their defaults.</summary>
    /// <param name="yaml">The text.</param>
    /// <returns>A document that may be submitted.</returns>
    /// <exception cref="RunDocumentException">Everything that is wrong, at once, in the order of the text.</exception>
    public static RunDocument Parse(string yaml) => Parse(yaml, null);

    /// <summary>Reads a document that may leave the noise to its <c>privacy.targetEpsilon</c>.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="noise">Finds the noise multiplier; null: a document without one is refused.</param>
    /// <returns>A document that may be submitted; its noise multiplier is a number, whoever chose it.</returns>
    /// <exception cref="RunDocumentException">Everything that is wrong, at once, in the order of the text.</exception>
    public static RunDocument Parse(string yaml, ITargetNoise? noise)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        var errors = new List<RunDocumentError>();
        if (YamlLoader.Load(yaml, errors) is not { } root)
        {
            throw new RunDocumentException(errors);
        }

        var context = new ReadContext(errors);
        var document = Document(new SectionReader(context, root, ""));
        foreach (var section in context.Sections)
        {
            section.ReportUnknown(context.Sections);
        }

        if (noise is not null && document.Privacy.TargetEpsilon is not null)
        {
            document = TargetNoise.Resolve(document, noise, errors, context.LineOf("privacy.targetEpsilon"));
        }

        // A rule broken by a value that could not be read at all would only repeat the first error.
        var broken = RunDocumentRules.Validate(document).Where(error => !context.HasError(error.Path)).ToList();
        errors.AddRange(broken.Select(error => error with { Line = context.LineOf(error.Path) }));
        return errors.Count == 0
            ? document
            : throw new RunDocumentException([.. errors.OrderBy(error => error.Line ?? 0)]);
    }

    private static RunDocument Document(SectionReader top)
    {
        var name = top.OptionalText("name");
        return new RunDocument
        {
            Name = name,
            Participants = Participants(top.Section("participants", required: true)),
            BaseModel = BaseModel(top.Section("baseModel", required: true)),
            Adapter = Adapter(top.Section("adapter")),
            Privacy = Privacy(top.Section("privacy", required: true)),
            Local = LocalYaml.Read(top.Section("local")),
            Evaluation = EvaluationYaml.Evaluation(top.Section("evaluation")),
            Stop = EvaluationYaml.Stop(top.Section("stop")),
            Metrics = EvaluationYaml.Metrics(top.SectionOr("metrics", "none")),
            Rounds = Rounds(top.Section("rounds", required: true)),
            Aggregation = AggregationYaml.Read(top.Section("aggregation")),
            Retention = Retention(top.Section("retention")),
        };
    }

    private static ParticipantsSection Participants(SectionReader section) =>
        new() { Group = section.OptionalText("group"), Nodes = section.Texts("nodes", []) };

    private static BaseModelSection BaseModel(SectionReader section) =>
        new()
        {
            Name = section.RequiredText("name"),
            Sha256 = section.RequiredText("sha256"),
            Precision = section.Text("precision", "float32"),
            PackedSha256 = section.OptionalText("packedSha256"),
        };

    private static AdapterSection Adapter(SectionReader section)
    {
        var defaults = new AdapterSection();
        return new()
        {
            Rank = section.Integer("rank", defaults.Rank),
            Alpha = section.Double("alpha", defaults.Alpha),
            Scaling = section.Text("scaling", defaults.Scaling),
            RankPattern = section.Integers("rankPattern", defaults.RankPattern),
            Targets = section.Texts("targets", defaults.Targets),
            Factors = section.Text("factors", defaults.Factors),
            Seed = section.Long("seed", defaults.Seed),
            RankAllocation = section.OptionalSection("rankAllocation") is { } allocation
                ? RankAllocation(allocation)
                : null,
            Initialisation = section.OptionalSection("initialisation") is { } initialisation
                ? new()
                {
                    Method = initialisation.Text("method", "eva"),
                    Sha256 = initialisation.RequiredText("sha256"),
                }
                : null,
            UpdateDtype = section.Text("updateDtype", defaults.UpdateDtype),
        };
    }

    private static RankAllocationSection RankAllocation(SectionReader section) =>
        new()
        {
            TargetRank = section.RequiredInteger("targetRank"),
            From = section.RequiredInteger("from"),
            To = section.RequiredInteger("to"),
        };

    private static PrivacySection Privacy(SectionReader section)
    {
        var defaults = new PrivacySection();
        var target = section.OptionalDouble("targetEpsilon");
        var mechanism = section.Text("mechanism", defaults.Mechanism);
        return new()
        {
            Mechanism = mechanism,
            Unit = section.Text("unit", defaults.Unit),
            MaxRecordsPerSubject = section.OptionalInteger("maxRecordsPerSubject"),
            // How much noise is the one thing that nobody should get by default.
            NoiseMultiplier =
                mechanism == "none" || target is not null
                    ? section.Double("noiseMultiplier", 0)
                    : section.RequiredDouble("noiseMultiplier"),
            TargetEpsilon = target,
            MaxGradNorm = section.Double("maxGradNorm", defaults.MaxGradNorm),
            ExpectedBatchSize = section.Integer("expectedBatchSize", defaults.ExpectedBatchSize),
            MaxSamplingRate = section.Double("maxSamplingRate", defaults.MaxSamplingRate),
            Delta = section.Double("delta", defaults.Delta),
            AdaptiveClipping = section.OptionalSection("adaptiveClipping") is { } adaptive
                ? AdaptiveClipping(adaptive)
                : null,
        };
    }

    private static AdaptiveClippingSection AdaptiveClipping(SectionReader section)
    {
        var defaults = new AdaptiveClippingSection();
        return new()
        {
            TargetQuantile = section.Double("targetQuantile", defaults.TargetQuantile),
            LearningRate = section.Double("learningRate", defaults.LearningRate),
            NoiseMultiplier = section.RequiredDouble("noiseMultiplier"),
        };
    }

    private static RoundsSection Rounds(SectionReader section)
    {
        var close = section.Section("close", required: true);
        var defaults = new RoundsSection { Close = new() };
        return new()
        {
            Versions = section.Integer("versions", defaults.Versions),
            Close = new()
            {
                Cohort = close.OptionalInteger("cohort"),
                Quorum = close.OptionalInteger("quorum"),
                Buffer = close.OptionalInteger("buffer"),
                Deadline = close.OptionalDuration("deadline"),
                Grace = close.Duration("grace", defaults.Close.Grace),
                OnMissedQuorum = close.Text("onMissedQuorum", defaults.Close.OnMissedQuorum),
            },
            MaxStaleness = section.Integer("maxStaleness", defaults.MaxStaleness),
            LeaveAfter = section.Duration("leaveAfter", defaults.LeaveAfter),
        };
    }

    private static RetentionSection Retention(SectionReader section)
    {
        var defaults = new RetentionSection();
        return new()
        {
            Updates = section.Duration("updates", defaults.Updates),
            Versions = section.IntegerOr("versions", "all"),
        };
    }
}
