using Federated.Privacy.Accounting;
using FsCheck.Xunit;
using TorchSharp;

namespace Federated.ClientNode.Tests;

/// <summary>The data subject as the unit of privacy.</summary>
public sealed class SubjectUnitTests
{
    [Property(MaxTest = 100)]
    public bool Adding_a_subject_changes_nothing_before_sampling_but_that_subject(byte[] owners, int position, byte k)
    {
        var most = (k % 5) + 1;
        List<TextRecord> before = [.. owners.Take(60).Select((owner, i) => Record($"person {owner % 8}", i))];
        List<TextRecord> after = [.. before];
        for (var i = 0; i < 7; i++)
        {
            // Its records stand anywhere between those of others.
            var at = (int)(((uint)position * (uint)((i * 31) + 1)) % (uint)(after.Count + 1));
            after.Insert(at, Record("the one more", 1000 + i));
        }

        var (was, now) = (Units(before, most), Units(after, most));
        return now.Count == was.Count + 1
            && now.Where(unit => unit.Key != "the one more").All(unit => was[unit.Key].SequenceEqual(unit.Value))
            && now["the one more"].Count == Math.Min(7, most);
    }

    [Fact]
    public void A_record_without_a_subject_is_refused()
    {
        var records = new Memory([Record("ann", 1), new TextRecord("text", null)]);

        var error = Assert.Throws<InvalidRecordsException>(() => SubjectUnits.Of(records, 2));

        Assert.Contains("\"subject\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_subjects_row_is_the_mean_of_its_records_gradients()
    {
        var run = Run(3);
        using var model = AdaptedModel.Open(run.Digest, run.Document, Some.Settings("data.jsonl").Models);
        var records = new Memory([
            Record("ann", 1),
            Record("bob", 2),
            Record("ann", 3),
            Record("ann", 4),
            Record("ann", 5),
        ]);
        var batches = new EncodedBatches(
            records,
            new RecordEncoding(model.Base.Tokenizer, run.Document.Local),
            0,
            64, // less than ann's records have, so that they fall into pieces
            torch.CPU
        );
        var layout = model.Adapter.Layout;
        using var scope = torch.NewDisposeScope();
        var alone = new List<torch.Tensor>();
        new UnitGradients(model.Adapter, batches, null).Compute(
            [0, 2, 3],
            layout,
            rows => alone.Add(rows.clone().MoveToOuterDisposeScope())
        );
        var expected = torch.cat(alone.ToArray()).mean([0L]);
        torch.Tensor? row = null;

        var units = new UnitGradients(model.Adapter, batches, SubjectUnits.Of(records, 3));
        units.Compute([0], layout, rows => row = rows.clone().MoveToOuterDisposeScope());

        Assert.Equal(2, units.Count);
        Assert.Equal([1, layout.Count], row!.shape);
        Assert.True(expected.abs().max().item<float>() > 1e-4);
        Assert.True((row[0] - expected).abs().max().item<float>() < 1e-6);
    }

    [Fact]
    public async Task A_run_that_protects_subjects_says_so_in_ledger_and_attestation()
    {
        using var node = new NodeUnderTest(Run(2).Document);
        node.Settings = node.Settings with { Source = node.Settings.Source with { DeclaredSubjects = 30 } };
        File.WriteAllLines(
            node.Settings.Source.Path,
            Enumerable
                .Range(0, 60)
                .Select(i => $$"""{"text": "Gets or sets the value {{i}}.", "subject": "p{{i % 30}}"}""")
        );

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());

        var plan = Assert.Single(node.Ledger().Entries.OfType<ReservedEntry>()).Plan;
        Assert.Equal("subject", plan.Unit);
        Assert.Equal(4.0 / 24, plan.SamplingRate, 1e-12); // expectedBatchSize ÷ declared subjects beside the hold-out
        Assert.All(node.Silo.Received, update => Assert.Equal("subject", update.Attestation.Attestation.Unit));
    }

    [Fact]
    public void The_owner_reads_that_a_subject_is_protected_and_with_how_many_records()
    {
        var run = Run(3);
        var settings = Some.Settings("data.jsonl");
        var price = new PrivacyGuarantee(1, 1, 1e-5, "some");

        var subject = RunSummary.WhatLeaves(run.Document, run.Plan, price, settings);
        var record = RunSummary.WhatLeaves(Some.Run("gaussian"), run.Plan, price, settings);

        Assert.Contains(
            "for any one subject with all records that name it (at most 3 are used)",
            subject,
            StringComparison.Ordinal
        );
        Assert.Contains("for any one record,", record, StringComparison.Ordinal);
    }

    private static Dictionary<string, List<string>> Units(List<TextRecord> records, int most)
    {
        var units = SubjectUnits.Of(new Memory(records), most);
        return Enumerable
            .Range(0, units.Count)
            .Select(units.RecordsOf)
            .ToDictionary(
                indices => records[indices[0]].Subject!,
                indices => indices.Select(index => records[index].Text).ToList()
            );
    }

    private static TextRecord Record(string subject, int i) =>
        new($"Gets or sets the value number {i} of the item.", null) { Subject = subject };

    private static ConsentedRun Run(int most)
    {
        var run = Some.Run("gaussian");
        run = run with { Privacy = run.Privacy with { Unit = "subject", MaxRecordsPerSubject = most } };
        var settings = Some.Settings("data.jsonl");
        return Some.Consented(run, settings with { Source = settings.Source with { DeclaredSubjects = 50 } });
    }

    private sealed class Memory(IReadOnlyList<TextRecord> records) : ITrainingRecords
    {
        public int TrainingCount => records.Count;

        public TextRecord Training(int index) => records[index];
    }
}
