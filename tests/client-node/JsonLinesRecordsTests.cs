using System.Text;
using Federated.Adapters.Text;

namespace Federated.ClientNode.Tests;

public sealed class JsonLinesRecordsTests : IDisposable
{
    private static readonly HoldOut Nothing = new(new byte[32], 0);
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Records_are_read_one_at_a_time_in_file_order()
    {
        using var records = Open(
            "{\"text\": \"one\"}\n\n  {\"text\": \"zwei ü\", \"group\": \"g\", \"more\": {\"a\": [1]}}  \r\n{\"text\": \"three\"}"
        );

        Assert.Equal(3, records.TrainingCount);
        Assert.Equal("three", records.Training(2).Text);
        Assert.Equal(("zwei ü", "g"), (records.Training(1).Text, records.Training(1).Group));
        Assert.Null(records.Training(0).Group);
    }

    [Fact]
    public void A_record_may_be_a_prompt_and_what_should_follow()
    {
        using var records = Open(
            "{\"completion\": \" Paris\", \"prompt\": \"The capital of France is\", \"group\": \"g\"}\n"
        );

        var record = records.Training(0);

        Assert.Equal(("The capital of France is", " Paris", "g"), (record.Prompt, record.Text, record.Group));
    }

    [Theory]
    [InlineData("\"spam\"", "spam")]
    [InlineData("3", "3")]
    [InlineData("null", null)]
    public void A_text_may_have_a_label_by_name_or_number(string label, string? expected)
    {
        using var records = Open($"{{\"label\": {label}, \"text\": \"win a prize\"}}\n");

        Assert.Equal(("win a prize", expected), (records.Training(0).Text, records.Training(0).Label));
    }

    [Fact]
    public void A_record_may_be_a_conversation_that_ends_with_the_assistant()
    {
        using var records = Open(
            """{"messages": [{"role": "user", "content": "Hi"}, {"content": "Hello!", "role": "assistant", "x": 1}], "group": "g"}"""
        );

        var record = records.Training(0);

        Assert.Equal([new ChatMessage("user", "Hi"), new ChatMessage("assistant", "Hello!")], record.Messages);
        Assert.Equal("g", record.Group);
        Assert.True(records.NeedsFittingModel);
    }

    [Fact]
    public void Records_that_do_not_fit_the_model_are_named_by_line_and_never_quoted()
    {
        using var records = Open("{\"text\": \"secret\"}\n\n{\"text\": \"fine\"}\n{\"text\": \"secret\"}\n");

        var error = Assert.Throws<InvalidRecordsException>(() =>
            records.Require(
                record => record.Text == "secret" ? "does not fit" : null,
                TestContext.Current.CancellationToken
            )
        );

        Assert.Contains("lines 1, 4: does not fit", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        records.Require(_ => null, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Where_subjects_are_declared_each_record_names_one()
    {
        var path = _folder.Write("data.jsonl", "{\"text\": \"a\", \"subject\": \"ann\"}\n{\"text\": \"secret\"}\n");
        using (var records = JsonLinesRecords.Open(path, Nothing, TestContext.Current.CancellationToken))
        {
            Assert.Equal(["ann", null], new[] { records.SubjectOf(0), records.SubjectOf(1) });
        }

        var error = Assert.Throws<InvalidRecordsException>(() =>
            JsonLinesRecords.Open(path, Nothing, null, requireSubjects: true, TestContext.Current.CancellationToken)
        );

        Assert.Contains("line 2: has no field \"subject\"", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_first_record()
    {
        using var records = Open("\uFEFF{\"text\": \"one\"}\n");

        Assert.Equal("one", records.Training(0).Text);
    }

    [Theory]
    [InlineData("{\"text\": \"secret word\"", "line 1: is not valid JSON")]
    [InlineData("[\"secret\"]", "line 1: is not a JSON object")]
    [InlineData("{\"txt\": \"secret\"}", "line 1: has no field \"text\"")]
    [InlineData("{\"text\": 5}", "line 1: field \"text\" is not a string")]
    [InlineData("{\"text\": \"a\"}\n{\"text\": \"  \"}", "line 2: field \"text\" is empty")]
    [InlineData("{\"text\": \"a\"}\n\n{\"text\": \"secret\"} more", "line 3: is not valid JSON")]
    [InlineData("{\"prompt\": \"secret\"}", "line 1: has a field \"prompt\" and no \"completion\"")]
    [InlineData("{\"completion\": \"secret\"}", "line 1: has a field \"completion\" and no \"prompt\"")]
    [InlineData("{\"prompt\": \"secret\", \"completion\": \"\"}", "line 1: field \"completion\" is empty")]
    [InlineData("{\"text\": \"secret\", \"completion\": \"a\"}", "line 1: has a field \"text\" beside")]
    [InlineData("{\"text\": \"secret\", \"label\": -1}", "line 1: field \"label\" is not a string")]
    [InlineData(
        "{\"prompt\": \"secret\", \"completion\": \"a\", \"label\": 1}",
        "line 1: has a field \"label\" and no"
    )]
    [InlineData("{\"messages\": \"secret\"}", "line 1: field \"messages\" is not a list")]
    [InlineData("{\"messages\": [\"secret\"]}", "line 1: field \"messages\" holds what is no object")]
    [InlineData("{\"messages\": [{\"role\": \"user\"}]}", "without \"role\" or \"content\"")]
    [InlineData("{\"messages\": []}", "line 1: field \"messages\" does not end with")]
    [InlineData(
        "{\"messages\": [{\"role\": \"user\", \"content\": \"secret\"}]}",
        "does not end with a message of the role"
    )]
    [InlineData("{\"messages\": [], \"text\": \"secret\"}", "line 1: has other fields of a record beside \"messages\"")]
    [InlineData("{\"text\": \"a\", \"group\": 1}", "line 1: field \"group\" is not a string")]
    public void A_bad_line_is_named_by_number_and_never_quoted(string text, string expected)
    {
        var error = Assert.Throws<InvalidRecordsException>(() => Open(text));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused()
    {
        File.WriteAllBytes(_folder.File("data.jsonl"), [.. "{\"text\": \""u8, 0xFF, .. "\"}"u8]);

        var error = Assert.Throws<InvalidRecordsException>(() =>
            JsonLinesRecords.Open(_folder.File("data.jsonl"), Nothing, TestContext.Current.CancellationToken)
        );

        Assert.Contains("line 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n \n\r\n")]
    public void A_file_without_a_record_is_refused(string text)
    {
        var error = Assert.Throws<InvalidRecordsException>(() => Open(text));

        Assert.Contains("holds no record", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<InvalidRecordsException>(() =>
            JsonLinesRecords.Open(_folder.File("none.jsonl"), Nothing, TestContext.Current.CancellationToken)
        );

        Assert.Contains("none.jsonl", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RecordLines.MaxBytes, true)]
    [InlineData(RecordLines.MaxBytes + 1, false)]
    [InlineData((3 * RecordLines.MaxBytes) + 5, false)]
    public void A_line_has_a_largest_size(int bytes, bool allowed)
    {
        var record = "{\"text\": \"" + new string('a', bytes - 12) + "\"}";
        Assert.Equal(bytes, Encoding.UTF8.GetByteCount(record));
        var text = "{\"text\": \"before\"}\n" + record + "\n{\"text\": \"after\"}\n{\"text\": 5}\n";

        var error = Assert.Throws<InvalidRecordsException>(() => Open(text));

        Assert.Equal(!allowed, error.Message.Contains("line 2: is longer than", StringComparison.Ordinal));
        // What follows is still counted right.
        Assert.Contains("line 4: field", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("line 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_many_lines_is_said_once_with_the_first_ten_and_the_forms_that_a_record_can_have()
    {
        var error = Assert.Throws<InvalidRecordsException>(() => Open(string.Concat(Enumerable.Repeat("x\n", 25))));

        Assert.Contains(
            "lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 15 more: is not valid JSON",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("\"completion\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"messages\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Records_across_many_buffers_are_all_found()
    {
        var text = string.Concat(
            Enumerable.Range(0, 40_000).Select(i => $$"""{"text": "{{new string('z', i % 97)}} {{i}}"}""" + "\n")
        );

        using var records = Open(text);

        Assert.Equal(40_000, records.TrainingCount);
        foreach (var i in new[] { 0, 1, 12_345, 39_999 })
        {
            Assert.EndsWith($" {i}", records.Training(i).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_changes_while_the_node_works_is_not_read_on()
    {
        using var records = Open("{\"text\": \"one\"}\n{\"text\": \"two\"}\n");
        File.AppendAllText(_folder.File("data.jsonl"), "{\"text\": \"three\"}\n");

        var error = Assert.Throws<InvalidRecordsException>(() => records.Training(0));

        Assert.Contains("changed while the node works", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private JsonLinesRecords Open(string text) => JsonLinesRecords.Open(_folder.Write("data.jsonl", text), Nothing);
}
