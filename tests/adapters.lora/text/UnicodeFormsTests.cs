using Federated.Adapters.Text;

namespace Federated.Adapters.Tests.Text;

/// <summary>Examples of Unicode Standard Annex 15 and of its NormalizationTest.txt.</summary>
public sealed class UnicodeFormsTests
{
    [Theory]
    [InlineData("\u00C5", "A\u030A", "\u00C5", "A\u030A", "\u00C5")]
    [InlineData("\u212B", "A\u030A", "\u00C5", "A\u030A", "\u00C5")]
    [InlineData("\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E9B\u0323", "s\u0323\u0307", "\u1E69")]
    [InlineData("\u1E0A\u0323", "D\u0323\u0307", "\u1E0C\u0307", "D\u0323\u0307", "\u1E0C\u0307")]
    [InlineData("\uFB01", "\uFB01", "\uFB01", "fi", "fi")]
    [InlineData("2\u2075", "2\u2075", "2\u2075", "25", "25")]
    [InlineData("\uAC00\u11A8", "\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("\u0344", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301")]
    [InlineData(
        "a\u0315\u0300\u05AE\u0062",
        "a\u05AE\u0300\u0315b",
        "\u00E0\u05AE\u0315b",
        "a\u05AE\u0300\u0315b",
        "\u00E0\u05AE\u0315b"
    )]
    [InlineData(
        "\U0001D15E",
        "\U0001D157\U0001D165",
        "\U0001D157\U0001D165",
        "\U0001D157\U0001D165",
        "\U0001D157\U0001D165"
    )]
    [InlineData("plain", "plain", "plain", "plain", "plain")]
    public void Each_form_is_that_of_the_standard(string text, string nfd, string nfc, string nfkd, string nfkc)
    {
        Assert.Equal(nfd, UnicodeForms.Nfd(text));
        Assert.Equal(nfc, UnicodeForms.Nfc(text));
        Assert.Equal(nfkd, UnicodeForms.Nfkd(text));
        Assert.Equal(nfkc, UnicodeForms.Nfkc(text));
    }
}
