namespace Federated.Aggregation.Tests;

public sealed class EvaluationTests
{
    private static readonly RunTerms Judged = Some.Terms() with { Evaluation = new EvaluationTerms(1, 2, 0.01) };

    [Theory]
    [InlineData(new[] { 3.0, 2.9, 2.8 }, false)]
    [InlineData(new[] { 3.0, 2.9, 2.895, 2.9 }, true)]
    [InlineData(new[] { 3.0, 2.995, 2.989 }, false)] // small steps add up against the best
    [InlineData(new[] { 3.0, 3.1, 2.9, 2.95 }, false)]
    [InlineData(new[] { 3.0, double.NaN, double.NaN }, true)]
    [InlineData(new[] { double.NaN, double.NaN }, true)]
    [InlineData(new double[0], false)]
    public void A_run_stops_after_patience_evaluations_without_a_better_one(double[] losses, bool stops) =>
        Assert.Equal(stops, Judged.Evaluation!.WhyStop(losses) is not null);

    [Fact]
    public void Without_patience_nothing_stops() =>
        Assert.Null(new EvaluationTerms(1, null, 0).WhyStop([1, 2, 3, 4, 5, 6, 7, 8]));

    [Fact]
    public void Every_third_version_and_the_last_are_judged_oldest_first()
    {
        var terms = new EvaluationTerms(3, null, 0);
        Assert.Equal([0L, 3, 6, 7], Enumerable.Range(0, 8).Select(v => (long)v).Where(v => terms.IsDue(v, 7)));

        var state = Some.Running(Judged, "a", "b").Accept("a", 0).CloseAndPublish();
        Assert.Equal(0, state.ToEvaluate!.Number);
        state = state.Apply(Evaluated(0, 3));
        Assert.Equal(1, state.ToEvaluate!.Number);
        state = state.Apply(Evaluated(1, 2));
        Assert.Null(state.ToEvaluate);
        Assert.Equal([3.0, 2.0], state.Evaluations.Values.Select(evaluation => evaluation.NatsPerToken));
    }

    // What a language model's evaluation is written as does not change: older journals replay to the same bytes.
    [Fact]
    public void Accuracy_is_kept_where_there_is_one()
    {
        var plain = new VersionEvaluation(1, 2, 8, 40, 8, []);
        Assert.DoesNotContain("orrect", System.Text.Encoding.UTF8.GetString(plain.ToJson()), StringComparison.Ordinal);
        Assert.Null(VersionEvaluation.FromJson(plain.ToJson()).Accuracy);
        Assert.Equal(0.75, VersionEvaluation.FromJson((plain with { Correct = 6 }).ToJson()).Accuracy);
    }

    [Fact]
    public void A_version_that_is_not_there_or_was_judged_is_refused()
    {
        var state = Some.Running(Judged, "a", "b").Apply(Evaluated(0, 3));
        Assert.Throws<InvalidTransitionException>(() => state.Apply(Evaluated(0, 2)));
        Assert.Throws<InvalidTransitionException>(() => state.Apply(Evaluated(1, 2)));
    }

    [Fact]
    public void The_rule_alone_ends_a_run_before_its_last_version()
    {
        var because = new RunCompleted(Some.Start) { Because = "no better" };
        var state = Some.Running(Judged, "a", "b").Apply(Evaluated(0, 3)).Accept("a", 0).CloseAndPublish();
        Assert.Throws<InvalidTransitionException>(() => state.Apply(because));
        state = state.Apply(Evaluated(1, 3)).Apply(new VersionOpened(Some.Start, 2, null));
        state = state.Accept("a", 1).CloseAndPublish();
        Assert.Null(state.WhyStop);
        state = state.Apply(Evaluated(2, 3)).Apply(new VersionOpened(Some.Start, 3, null)).Accept("a", 2);

        Assert.NotNull(state.WhyStop);
        Assert.Null(state.Apply(new RunPaused(Some.Start, "")).WhyStop);
        // Not while a version is being merged: it is published first.
        Assert.Null(state.Apply(new VersionClosed(Some.Start, 3, [new("a", 2)], "")).WhyStop);

        var ended = state.Apply(because);
        Assert.Equal((RunPhase.Completed, "no better"), (ended.Phase, ended.Reason));
        Assert.Null(ended.Open);
        Assert.Equal(2, ended.Latest!.Number);
    }

    private static VersionEvaluated Evaluated(long version, double loss) =>
        new(Some.Start, new VersionEvaluation(version, loss * 10, 10, 40, 2, []));
}
