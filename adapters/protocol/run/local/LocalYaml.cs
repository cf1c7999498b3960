namespace Federated.Protocol;

/// <summary>Reads the section local.</summary>
internal static class LocalYaml
{
    public static LocalSection Read(SectionReader section)
    {
        var defaults = new LocalSection();
        var optimizer = section.Section("optimizer");
        var schedule = section.Section("schedule");
        section.NotYet(
            "packing",
            "leave it out: a pack of records would be the unit that privacy protects, not a record"
        );
        return new()
        {
            Steps = section.Integer("steps", defaults.Steps),
            Optimizer = new()
            {
                Name = optimizer.Text("name", defaults.Optimizer.Name),
                LearningRate = optimizer.Double("learningRate", defaults.Optimizer.LearningRate),
                WeightDecay = optimizer.Double("weightDecay", defaults.Optimizer.WeightDecay),
                Momentum = optimizer.Double("momentum", defaults.Optimizer.Momentum),
            },
            Schedule = new()
            {
                Name = schedule.Text("name", defaults.Schedule.Name),
                WarmupSteps = schedule.Integer("warmupSteps", defaults.Schedule.WarmupSteps),
            },
            Accumulation = section.Integer("accumulation", defaults.Accumulation),
            Proximal = section.Double("proximal", defaults.Proximal),
            MaxSequenceLength = section.Integer("maxSequenceLength", defaults.MaxSequenceLength),
            PromptMasking = section.Boolean("promptMasking", defaults.PromptMasking),
            LabelSmoothing = section.Double("labelSmoothing", defaults.LabelSmoothing),
        };
    }
}
