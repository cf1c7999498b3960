namespace Federated.Protocol.Tests;

public sealed class RunNameTests
{
    [Fact]
    public void A_name_given_is_kept() =>
        Assert.Equal("support-assistant", RunName.Of(RunDocumentYaml.Parse(Documents.Full)));

    [Fact]
    public void A_run_without_a_name_gets_two_words_from_its_digest()
    {
        var document = RunDocumentYaml.Parse(Documents.Least);
        Assert.Equal(RunName.FromDigest(CanonicalRunDocument.Digest(document)), RunName.Of(document));
        Assert.Matches("^[a-z]+-[a-z]+$", RunName.Of(document));
    }

    [Fact]
    public void All_words_occur_and_differ()
    {
        var names = Enumerable
            .Range(0, 64)
            .Select(i => RunName.FromDigest($"{i:x2}{i:x2}" + new string('0', 60)).Split('-'))
            .ToList();
        Assert.Equal(64, names.Select(words => words[0]).Distinct().Count());
        Assert.Equal(64, names.Select(words => words[1]).Distinct().Count());
        Assert.Equal("amber-acorn", string.Join('-', names[0]));
    }
}
