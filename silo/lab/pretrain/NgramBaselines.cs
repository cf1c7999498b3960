namespace Federated.Lab.Pretrain;

/// <summary>What counting alone reaches on the held-out records: Kneser–Ney 5-grams of characters and of the model's own tokens.</summary>
/// <param name="CharacterNats">Nats of all held-out records by the character 5-gram, ends included.</param>
/// <param name="TokenNats">Nats of all held-out records by the token 5-gram, ends included.</param>
internal sealed record NgramBaselines(double CharacterNats, double TokenNats)
{
    private const int Order = 5;

    public static NgramBaselines Measure(
        IReadOnlyList<string> trainingTexts,
        IReadOnlyList<int[]> trainingIds,
        IReadOnlyList<(string Text, int[] Ids)> heldOut,
        int vocabularySize
    ) =>
        new(
            Characters(trainingTexts, heldOut.Select(record => record.Text)),
            Tokens(trainingIds, heldOut.Select(record => record.Ids), vocabularySize)
        );

    // The n-gram's own start symbols stand where bos does.
    private static double Tokens(IReadOnlyList<int[]> training, IEnumerable<int[]> heldOut, int vocabularySize)
    {
        var model = KneserNey.Train(Order, vocabularySize, training.Select(ids => ids[1..]));
        return heldOut.Sum(ids => model.Nats(ids[1..]));
    }

    private static double Characters(IReadOnlyList<string> training, IEnumerable<string> heldOut)
    {
        // 0 ends a text, 1 is every character that training has not seen.
        var symbols = new Dictionary<char, int>();
        foreach (var letter in training.SelectMany(text => text))
        {
            symbols.TryAdd(letter, symbols.Count + 2);
        }

        int[] Encode(string text) => [.. text.Select(letter => symbols.GetValueOrDefault(letter, 1)), 0];
        var model = KneserNey.Train(Order, symbols.Count + 2, training.Select(Encode));
        return heldOut.Sum(text => model.Nats(Encode(text)));
    }
}
