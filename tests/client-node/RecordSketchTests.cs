namespace Federated.ClientNode.Tests;

public sealed class RecordSketchTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    public void Small_sources_are_compared_whole()
    {
        var (one, other) = (Sketch(["a", "b", "c"]), Sketch(["c", "d"]));
        Assert.Equal(1, one.SharedWith(other));
        Assert.Equal(1, other.SharedWith(one));
        Assert.Equal(0, one.SharedWith(Sketch(["d", "e"])));
        Assert.Equal(0, one.SharedWith(Sketch([])));
    }

    [Fact]
    public void What_stands_beside_the_text_makes_no_other_record()
    {
        var (one, other) = (new RecordSketch(Key), new RecordSketch(Key));
        one.Add(new TextRecord("the same text", null));
        other.Add(new TextRecord("the same text", "a group"));
        Assert.Equal(1, one.SharedWith(other));
    }

    [Fact]
    public void A_short_completion_of_another_prompt_is_another_record()
    {
        var (one, other, same) = (new RecordSketch(Key), new RecordSketch(Key), new RecordSketch(Key));
        one.Add(new TextRecord("yes", null) { Prompt = "Is it raining?" });
        other.Add(new TextRecord("yes", null) { Prompt = "Is it late?" });
        same.Add(new TextRecord("yes", null) { Prompt = "Is it raining?" });
        Assert.Equal(0, one.SharedWith(other));
        Assert.Equal(0, one.SharedWith(Sketch(["yes", "Is it raining?yes"])));
        Assert.Equal(1, one.SharedWith(same));
    }

    [Fact]
    public void Two_texts_are_one_record_of_both()
    {
        var (one, other, same) = (new RecordSketch(Key), new RecordSketch(Key), new RecordSketch(Key));
        one.Add(new TextRecord("It rains.", null) { Pair = "It is wet." });
        other.Add(new TextRecord("It rains.", null) { Pair = "It is dry." });
        same.Add(new TextRecord("It rains.", null) { Pair = "It is wet." });
        Assert.Equal(0, one.SharedWith(other));
        Assert.Equal(0, one.SharedWith(Sketch(["It rains.", "It is wet.", "It rains.It is wet."])));
        Assert.Equal(1, one.SharedWith(same));
    }

    [Fact]
    public void A_person_in_two_sources_is_seen_where_the_budget_is_a_persons()
    {
        Assert.Equal(1, OfRecord("a", ofSubjects: true).SharedWith(OfRecord("b", ofSubjects: true)));
        Assert.Equal(0, OfRecord("a", ofSubjects: false).SharedWith(OfRecord("b", ofSubjects: false)));

        static RecordSketch OfRecord(string text, bool ofSubjects)
        {
            var sketch = new RecordSketch(Key, ofSubjects);
            sketch.Add(new TextRecord(text, null) { Subject = "patient 7" });
            return sketch;
        }
    }

    [Fact]
    public void Another_key_gives_other_digests()
    {
        var other = new RecordSketch(new byte[32]);
        other.Add(new TextRecord("a", null));
        Assert.Equal(0, Sketch(["a"]).SharedWith(other));
    }

    [Fact]
    public void A_small_overlap_of_large_sources_is_seen()
    {
        // 200 000 digests each, of which 500 are the same: about 160 of these are among the 65 536 smallest.
        var random = new Random(7);
        var (one, other) = (new RecordSketch(Key), new RecordSketch(Key));
        for (var i = 0; i < 200_000; i++)
        {
            var digest = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            one.Add(digest);
            other.Add(i < 500 ? digest : (ulong)random.NextInt64(long.MinValue, long.MaxValue));
        }

        Assert.Equal(RecordSketch.Size, one.Digests.Count);
        Assert.InRange(one.SharedWith(other), 100, 230);
    }

    [Fact]
    public void The_order_and_repeats_of_records_do_not_matter_and_parts_merge_to_the_whole()
    {
        var random = new Random(11);
        var all = Enumerable
            .Range(0, 150_000)
            .Select(_ => (ulong)random.NextInt64(0, 100_000) * 0x9E3779B97F4A7C15UL)
            .ToList();
        var (whole, backward, first, second) = (
            new RecordSketch(Key),
            new RecordSketch(Key),
            new RecordSketch(Key),
            new RecordSketch(Key)
        );
        all.ForEach(whole.Add);
        all.AsEnumerable().Reverse().ToList().ForEach(backward.Add);
        all.Take(60_000).ToList().ForEach(first.Add);
        all.Skip(60_000).ToList().ForEach(second.Add);
        second.Digests.ToList().ForEach(first.Add);

        var expected = all.Distinct().Order().Take(RecordSketch.Size).ToList();
        Assert.Equal(expected, whole.Digests);
        Assert.Equal(expected, backward.Digests);
        Assert.Equal(expected, first.Digests);
    }

    private static RecordSketch Sketch(IEnumerable<string> texts)
    {
        var sketch = new RecordSketch(Key);
        foreach (var text in texts)
        {
            sketch.Add(new TextRecord(text, null));
        }

        return sketch;
    }
}
