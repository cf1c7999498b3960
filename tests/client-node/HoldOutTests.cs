using System.Text.Json;
using FsCheck.Xunit;

namespace Federated.ClientNode.Tests;

public sealed class HoldOutTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Property(MaxTest = 50)]
    public bool Adding_a_record_anywhere_moves_no_other(int[] numbers, int added, int position)
    {
        var before = numbers.Distinct().Where(number => number != added).Take(40).Select(Text).ToList();
        var after = before.ToList();
        after.Insert((int)((uint)position % (uint)(before.Count + 1)), Text(added));

        var (trainedBefore, heldOutBefore) = Split(before);
        var (trainedAfter, heldOutAfter) = Split(after);

        return trainedAfter.Where(text => text != Text(added)).SequenceEqual(trainedBefore)
            && heldOutAfter.Where(text => text != Text(added)).SequenceEqual(heldOutBefore)
            && trainedAfter.Count + heldOutAfter.Count == after.Count;
    }

    [Fact]
    public void About_the_fraction_is_held_out()
    {
        var split = new HoldOut(Key, 0.1);

        var held = Enumerable.Range(0, 10_000).Count(i => split.Contains(new TextRecord(Text(i), null)));

        Assert.InRange(held, 880, 1120); // 4 standard deviations of Binomial(10 000, 0.1)
    }

    [Fact]
    public void All_records_of_a_subject_stand_on_one_side()
    {
        var split = new HoldOut(Key, 0.5);

        foreach (var subject in Enumerable.Range(0, 50).Select(i => $"person {i}"))
        {
            var sides = Enumerable
                .Range(0, 8)
                .Select(i => split.Contains(new TextRecord(Text(i), $"group {i}") { Subject = subject }));
            Assert.Single(sides.Distinct());
        }
    }

    [Fact]
    public void The_second_of_two_texts_decides_too()
    {
        var split = new HoldOut(Key, 0.5);

        var sides = Enumerable
            .Range(0, 50)
            .Select(i => split.Contains(new TextRecord("the same", null) { Pair = Text(i) }));

        Assert.Equal(2, sides.Distinct().Count());
    }

    [Fact]
    public void A_damaged_key_is_refused_by_its_file_and_that_of_an_earlier_release_is_read()
    {
        using var folder = new TemporaryFolder();
        using var home = NodeHome.OpenToWork(folder.Path);
        var record = new TextRecord("text", null);
        var side = HoldOut.Open(home, 0.5).Contains(record);
        var bytes = File.ReadAllBytes(home.HoldOutKeyFile);

        bytes[7] ^= 1;
        File.WriteAllBytes(home.HoldOutKeyFile, bytes);
        Assert.Contains(
            home.HoldOutKeyFile,
            Assert.Throws<NodeHomeException>(() => HoldOut.Open(home, 0.5)).Message,
            StringComparison.Ordinal
        );
        File.WriteAllBytes(home.HoldOutKeyFile, bytes[..20]);
        Assert.Throws<NodeHomeException>(() => HoldOut.Open(home, 0.5));
        bytes[7] ^= 1;
        File.WriteAllBytes(home.HoldOutKeyFile, bytes[..32]);
        Assert.Equal(side, HoldOut.Open(home, 0.5).Contains(record));
    }

    [Fact]
    public void Another_key_splits_otherwise()
    {
        var (one, other) = (new HoldOut(Key, 0.5), new HoldOut([.. Key.Reverse()], 0.5));

        Assert.Contains(
            Enumerable.Range(0, 100).Select(i => new TextRecord(Text(i), null)),
            record => one.Contains(record) != other.Contains(record)
        );
    }

    [Fact]
    public void Records_of_one_group_fall_on_one_side_whatever_their_text()
    {
        var split = new HoldOut(Key, 0.5);
        foreach (var group in Enumerable.Range(0, 50).Select(i => $"g{i}"))
        {
            var sides = Enumerable.Range(0, 5).Select(i => split.Contains(new TextRecord(Text(i), group))).Distinct();
            Assert.Single(sides);
        }
    }

    [Fact]
    public void A_group_and_an_equal_text_are_different_things()
    {
        var split = new HoldOut(Key, 0.5);

        Assert.Contains(
            Enumerable.Range(0, 100),
            i => split.Contains(new TextRecord($"x{i}", null)) != split.Contains(new TextRecord("other", $"x{i}"))
        );
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_fraction_outside_its_range_is_refused(double fraction)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HoldOut(Key, fraction));
    }

    private static string Text(int number) => $"record {number}";

    private static (List<string> Trained, List<string> HeldOut) Split(List<string> texts)
    {
        if (texts.Count == 0)
        {
            return ([], []);
        }

        using var folder = new TemporaryFolder();
        // One record that is always trained on keeps a file of held-out records valid.
        var split = new HoldOut(Key, 0.3);
        var anchor = Enumerable
            .Range(0, 100)
            .Select(i => $"anchor {i}")
            .First(text => !split.Contains(new(text, null)));
        var lines = texts.Prepend(anchor).Select(text => JsonSerializer.Serialize(new { text }));
        using var records = JsonLinesRecords.Open(folder.Write("data.jsonl", string.Join('\n', lines)), split);
        return (
            [.. Enumerable.Range(1, records.TrainingCount - 1).Select(i => records.Training(i).Text)],
            [.. Enumerable.Range(0, records.HeldOutCount).Select(i => records.HeldOut(i).Text)]
        );
    }
}
