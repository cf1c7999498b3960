using Federated.Adapters.Checkpoints;
using Federated.Adapters.Text;

namespace Federated.Adapters.Tests.Text;

public sealed class SentencePieceFileTests
{
    private static SentencePieceBuilder Marks() =>
        new SentencePieceBuilder().Piece("<unk>", 0, 2).Piece("<s>", 0, 3).Piece("</s>", 0, 3);

    [Fact]
    public void Byte_pairs_merge_by_score_and_fall_back_to_bytes()
    {
        // ids: 0–2 marks, 3–258 bytes, then ▁ a b c ab ▁a bc
        var model = Marks()
            .Bytes()
            .Piece("▁", -10)
            .Piece("a", -11)
            .Piece("b", -12)
            .Piece("c", -13)
            .Piece("bc", -1)
            .Piece("ab", -2)
            .Piece("▁a", -3)
            .Build(modelType: 2, byteFallback: true);
        var tokenizer = Load(model);

        Assert.Equal([265, 263], tokenizer.Encode("abc")); // bc first, then ▁a
        Assert.Equal([259, 264, 265], tokenizer.Encode("ab a"));
        Assert.Equal([259, 3 + 0xC3, 3 + 0xA9], tokenizer.Encode("é"));
        Assert.Equal("abc é a", tokenizer.Decode(tokenizer.Encode("abc é a")));
    }

    [Fact]
    public void A_unigram_model_takes_the_likeliest_cover()
    {
        var model = Marks()
            .Piece("▁", -3)
            .Piece("a", -3)
            .Piece("b", -3)
            .Piece("ab", -4)
            .Piece("▁ab", -9)
            .Piece("ba", -2)
            .Build(modelType: 1);
        var tokenizer = Load(model);

        // ▁ab a = -12, ▁ a ba = -8
        Assert.Equal([3, 4, 8], tokenizer.Encode("aba"));
        Assert.Equal([3, 6], tokenizer.Encode("ab"));
        Assert.Equal([3, 0, 4], tokenizer.Encode("xyza"));
    }

    [Fact]
    public void Extra_spaces_go_where_the_model_says_so()
    {
        SentencePieceBuilder Pieces() => Marks().Piece("▁", -1).Piece("a", -1);

        Assert.Equal([3, 4, 3, 4], Load(Pieces().Build(1, removeExtra: true)).Encode("  a   a "));
        Assert.Equal([3, 3, 3, 4, 3], Load(Pieces().Build(1)).Encode("  a "));
        Assert.Equal([4], Load(Pieces().Build(1, dummyPrefix: false)).Encode("a"));
    }

    [Fact]
    public void A_character_map_is_applied()
    {
        // A darts-clone trie of one key, 'A' → "a": root, the node of 'A' with a leaf, the leaf's value 0.
        uint[] trie = new uint[256];
        trie[0] = 1 << 10; // offset 1
        trie[1 ^ 'A'] = 'A' | (1u << 8) | (2u << 10); // leaf, offset 2
        trie[(1 ^ 'A') ^ 2] = 0x8000_0000; // value 0
        byte[] map =
        [
            .. BitConverter.GetBytes(trie.Length * 4),
            .. trie.SelectMany(BitConverter.GetBytes),
            (byte)'a',
            0,
        ];
        var tokenizer = Load(Marks().Piece("▁", -1).Piece("a", -1).Piece("B", -1).Build(1, map: map));

        Assert.Equal([3, 4, 4, 5], tokenizer.Encode("AaB"));
    }

    [Fact]
    public void A_piece_that_the_user_defined_is_found_whole()
    {
        var tokenizer = Load(Marks().Piece("<turn>", 0, 4).Piece("▁", -1).Piece("a", -1).Build(2));

        Assert.Equal([4, 5, 3, 5], tokenizer.Encode("a<turn>a"));
    }

    [Theory]
    [InlineData(3, "model_type is 3")]
    [InlineData(4, "model_type is 4")]
    public void Another_kind_of_model_is_refused(int modelType, string complaint)
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Load(Marks().Build(modelType)));

        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3, 255, 255, 255 })]
    [InlineData(new byte[] { 10, 200 })]
    [InlineData(new byte[] { 10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1 })]
    [InlineData(new byte[0])]
    public void What_is_no_model_is_refused(byte[] bytes) =>
        Assert.Throws<InvalidCheckpointException>(() => Load(bytes));

    [Theory]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 0 })]
    [InlineData(new byte[] { 8, 0, 0, 0, 1, 0, 0, 0 })]
    public void A_character_map_that_lies_about_its_size_is_refused(byte[] map) =>
        Assert.Throws<InvalidCheckpointException>(() => Load(Marks().Piece("a", -1).Build(1, map: map)));

    private static TextTokenizer Load(byte[] model)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("tokenizer.model"), model);
        return TextTokenizer.Load(folder.Path);
    }
}
