namespace Federated.Adapters.Text;

/// <summary>
/// WordPiece (https://arxiv.org/abs/1609.08144): the longest token that begins a word, then the longest that goes on, marked by a prefix; a
/// word that cannot be covered is unknown as a whole.
/// </summary>
/// <param name="vocabulary">Token → id, without those that no text gives.</param>
/// <param name="unknown">Id of the unknown word.</param>
/// <param name="prefix">What marks tokens inside a word: "##".</param>
/// <param name="maxCharacters">Longer words are unknown.</param>
internal sealed class WordPieceModel(Dictionary<string, int> vocabulary, int unknown, string prefix, int maxCharacters)
    : ITokenModel
{
    private readonly int _longest = vocabulary.Keys.Max(token => token.Length);

    public IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    public void Encode(string piece, List<int> ids)
    {
        var before = ids.Count;
        if (piece.EnumerateRunes().Count() <= maxCharacters && Cover(piece, ids))
        {
            return;
        }

        ids.RemoveRange(before, ids.Count - before);
        ids.Add(unknown);
    }

    private bool Cover(string piece, List<int> ids)
    {
        for (var start = 0; start < piece.Length; )
        {
            var end = Math.Min(piece.Length, start + _longest);
            int id;
            while (!vocabulary.TryGetValue((start > 0 ? prefix : "") + piece[start..end], out id))
            {
                end--;
                if (end <= start)
                {
                    return false;
                }
            }

            ids.Add(id);
            start = end;
        }

        return true;
    }
}
