using Federated.Adapters.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Federated.Adapters.Tests.Text;

/// <summary>What goes into a tokenizer that loses nothing comes out again.</summary>
public sealed class RoundTripTests
{
    [Property]
    public FsCheck.Property Any_text_survives_byte_level_pairs()
    {
        var tokenizer = TextTokenizer.Load(RepositoryFolder.BaseDocs);

        return Prop.ForAll(
            Texts(),
            text => tokenizer.Decode(tokenizer.Encode(text, addBos: true, addEos: true)) == text
        );
    }

    [Property]
    public FsCheck.Property Any_text_survives_pieces_with_byte_fallback()
    {
        using var folder = new TemporaryFolder();
        var pieces = new SentencePieceBuilder()
            .Piece("<unk>", 0, 2)
            .Bytes()
            .Piece("▁", -1)
            .Piece("a", -2)
            .Piece("▁a", 0);
        File.WriteAllBytes(folder.File("tokenizer.model"), pieces.Build(modelType: 2, byteFallback: true));
        var tokenizer = TextTokenizer.Load(folder.Path);

        // The sign that stands for a space cannot be told from one.
        return Prop.ForAll(
            Texts(),
            text =>
            {
                text = text.Replace('▁', ' ');
                return tokenizer.Decode(tokenizer.Encode(text)) == text;
            }
        );
    }

    // Valid Unicode of all planes, spaces more often.
    private static Arbitrary<string> Texts() =>
        Gen.Frequency(
                (3, Gen.Elements(" ", "\n", "a", "'s", "1", "\t")),
                (4, Gen.Choose(1, 0x10FFFF).Where(code => code is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32)),
                (2, Gen.Choose(1, 0x24F).Select(char.ConvertFromUtf32))
            )
            .ListOf()
            .Select(string.Concat)
            .ToArbitrary();
}
