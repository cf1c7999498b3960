using System.Security.Cryptography;
using Federated.Adapters.Text;

namespace Federated.Adapters.Tests;

public sealed class PublicRecordsTests
{
    [Fact]
    public void Texts_and_prompts_are_read_and_the_file_has_its_digest()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder.File("public.jsonl"),
            "{\"text\": \"Gets the value.\"}\n\n{\"prompt\": \"Gets\", \"completion\": \" the value.\", \"more\": 1}\n"
        );
        var records = PublicRecords.Read(folder.File("public.jsonl"));
        var tokenizer = TextTokenizer.Load(RepositoryFolder.BaseDocs);

        Assert.Equal(2, records.Count);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder.File("public.jsonl")))),
            records.Sha256
        );
        Assert.True(records.Encode(tokenizer, 64, promptMasking: true)[1].ContextIds > 1);
        Assert.Equal([1, 1], records.Encode(tokenizer, 64, promptMasking: false).Select(record => record.ContextIds));
    }

    [Theory]
    [InlineData("", "holds no record")]
    [InlineData("{\"text\": \"a\"}\n{\"txt\": \"b\"}", "line 2")]
    [InlineData("{\"text\": \"a\", \"prompt\": \"b\"}", "line 1")]
    [InlineData("[]", "line 1")]
    [InlineData("{", "line 1")]
    public void A_file_that_is_none_is_refused_by_line(string text, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("public.jsonl"), text);
        var error = Assert.Throws<InvalidDataException>(() => PublicRecords.Read(folder.File("public.jsonl")));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
