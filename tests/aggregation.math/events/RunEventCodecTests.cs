using System.Text;
using System.Text.Json;

namespace Federated.Aggregation.Tests;

public sealed class RunEventCodecTests
{
    private static readonly DateTimeOffset At = new(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly RunState State = Some.Running(null, "a", "b").Accept("a", 0).Accept("b", 0);

    private static readonly RunEvent[] Samples =
    [
        new RunDrafted(At, "{\"x\":1}", "calm-otter", "default", ["a"], Some.Layers, Some.Layout.Digest),
        new RunDrafted(At, "{}", "calm-otter", "default", null, Some.Layers, Some.Layout.Digest),
        new RecruitingOpened(At),
        new NodeAdmitted(At, "a"),
        new NodeAdmitted(At, "a") { DeclaredRecords = 1200 },
        new NodeDeclined(At, "a", "ünïcode"),
        new NodeSuspended(At, "a", "why"),
        new NodeReinstated(At, "a"),
        new NodeLeft(At, "a"),
        new NodeReturned(At, "a"),
        new VersionOpened(At, 3, At),
        new VersionOpened(At, 3, null),
        new UpdateAccepted(At, Some.Update(State, "a", 0), [1, 2, 255], [0]),
        new DeadlineMoved(At, 3, At, DeadlineMove.QuorumMissed),
        new VersionClosed(At, 3, [new("a", 1), new("b", 0)], "cohort"),
        new StalenessDecided(At, 3, [new("a", 1, 1, Math.Pow(2, -0.5), Some.Digest("x"))]),
        new VersionPublished(At, 0, Some.Digest("v"), 12, null),
        new VersionPublished(At, 0, Some.Digest("v"), 12, null) { Centre = Some.Digest("centre") },
        new VersionPublished(At, 1, Some.Digest("v"), 12, State.CloseAndPublish().Latest!.Report),
        new VersionEvaluated(At, new(2, 123.25, 40, 160, 8, [new("Gets", " the välue.")])),
        new UpdatesSwept(At, [new("a", 1), new("b", 0)]),
        new RunPaused(At, "p"),
        new RunResumed(At),
        new RunCompleted(At),
        new RunCompleted(At) { Because = "the public loss stands still" },
        new RunFailed(At, "f"),
        new RunCancelled(At, "c"),
    ];

    public static TheoryData<int, string> Indices()
    {
        var indices = new TheoryData<int, string>();
        for (var i = 0; i < Samples.Length; i++)
        {
            indices.Add(i, RunEventCodec.KindOf(Samples[i]));
        }

        return indices;
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void What_is_written_reads_back_and_writes_the_same(int index, string kind)
    {
        var sample = Samples[index];
        var bytes = RunEventCodec.Encode(sample);
        var read = RunEventCodec.Decode(kind, bytes);
        Assert.IsType(sample.GetType(), read);
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(RunEventCodec.Encode(read)));
        Assert.Matches("^[a-z]+(-[a-z]+)+$", kind);
        Assert.Equal(1, JsonDocument.Parse(bytes).RootElement.GetProperty("form").GetInt32());
    }

    [Fact]
    public void Every_kind_has_a_sample() =>
        Assert.Equal(
            RunEventCodec.Kinds,
            Samples.Select(RunEventCodec.KindOf).Distinct().Order(StringComparer.Ordinal)
        );

    [Fact]
    public void An_accepted_update_keeps_every_bit()
    {
        var sample = new UpdateAccepted(At, Some.Update(State, "a", 0), [1], [2]);
        var read = (UpdateAccepted)RunEventCodec.Decode("update-accepted", RunEventCodec.Encode(sample));
        Assert.Equal(sample.Update, read.Update);
    }

    [Fact]
    public void The_form_that_a_released_build_wrote_stays_readable()
    {
        var written =
            """{"form":1,"version":2,"updates":[{"nodeId":"a","baseVersion":1},{"nodeId":"b","baseVersion":0}],"because":"the cohort of 2 has reported","at":"2030-01-01T00:00:00+00:00"}""";
        var read = (VersionClosed)RunEventCodec.Decode("version-closed", Encoding.UTF8.GetBytes(written));
        Assert.Equal([new UpdateKey("a", 1), new UpdateKey("b", 0)], read.Updates);
        Assert.Equal(
            JsonSerializer.Serialize(JsonDocument.Parse(written)),
            JsonSerializer.Serialize(JsonDocument.Parse(RunEventCodec.Encode(read)))
        );
    }

    [Theory]
    [InlineData("run-exploded", "{\"form\":1}")]
    [InlineData("run-paused", "{\"form\":2,\"at\":\"2030-01-01T00:00:00+00:00\",\"reason\":\"\"}")]
    [InlineData("run-paused", "{\"at\":\"2030-01-01T00:00:00+00:00\",\"reason\":\"\"}")]
    [InlineData("run-paused", "{\"form\":1,\"at\":\"2030-01-01T00:00:00+00:00\"}")]
    [InlineData("run-paused", "{\"form\":1,\"reason\":null,\"at\":\"2030-01-01T00:00:00+00:00\"}")]
    [InlineData("run-paused", "null")]
    [InlineData("run-paused", "[]")]
    [InlineData("run-paused", "{")]
    public void What_cannot_be_read_is_refused_by_name(string kind, string payload)
    {
        var error = Assert.Throws<UnreadableRunEventException>(() =>
            RunEventCodec.Decode(kind, Encoding.UTF8.GetBytes(payload))
        );
        Assert.Contains(kind, error.Message, StringComparison.Ordinal);
    }
}
