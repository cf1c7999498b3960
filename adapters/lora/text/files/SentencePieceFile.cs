using System.Text;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Text;

/// <summary>
/// tokenizer.model, SentencePiece's own format (sentencepiece_model.proto): pieces with scores, of a unigram model or of byte pairs, and how
/// a text is normalised before.
/// </summary>
internal static class SentencePieceFile
{
    private const char Sign = '▁';

    private enum PieceType
    {
        Normal = 1,
        Unknown = 2,
        Control = 3,
        UserDefined = 4,
        Unused = 5,
        Byte = 6,
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidCheckpointException">Malformed, or of a kind that is not understood.</exception>
    public static TokenizerPipeline Read(string path, IReadOnlyList<AddedToken> added)
    {
        var pieces = new List<(string Text, double Score, PieceType Type)>();
        var (unigram, byteFallback) = (true, false);
        var (map, dummyPrefix, removeExtra, escape) = (Array.Empty<byte>(), true, true, true);
        var message = new ProtobufReader(File.ReadAllBytes(path), path);
        while (message.Read())
        {
            switch (message.Field)
            {
                case 1:
                    pieces.Add(Piece(message.Bytes, path));
                    break;
                case 2:
                    (unigram, byteFallback) = Trainer(message.Bytes, path);
                    break;
                case 3:
                    (map, dummyPrefix, removeExtra, escape) = Normalization(message.Bytes, path);
                    break;
            }
        }

        if (!escape)
        {
            throw new InvalidCheckpointException($"{path}: escape_whitespaces is false, which is not understood.");
        }

        var unknown = pieces.FindIndex(piece => piece.Type == PieceType.Unknown);
        if (unknown < 0)
        {
            throw new InvalidCheckpointException($"{path} has no unknown piece; it is no SentencePiece model.");
        }

        ITokenModel model = unigram ? Unigram(pieces, unknown, byteFallback) : BytePairs(pieces, unknown, byteFallback);
        return new TokenizerPipeline(model, [.. Marks(pieces), .. added], path)
        {
            NormalizesAdded = false,
            Normalize = Normalizer(map, dummyPrefix, removeExtra, path),
            Decoder = Decoders.Sequence([
                tokens => tokens.Select(token => token.Replace(Sign, ' ')),
                Decoders.ByteFallback,
                Decoders.Fuse,
                Decoders.Strip(' ', dummyPrefix ? 1 : 0, 0),
            ]),
        };
    }

    private static (string Text, double Score, PieceType Type) Piece(ReadOnlySpan<byte> bytes, string path)
    {
        var (text, score, type) = ("", 0.0, PieceType.Normal);
        var piece = new ProtobufReader(bytes, path);
        while (piece.Read())
        {
            switch (piece.Field)
            {
                case 1:
                    text = Encoding.UTF8.GetString(piece.Bytes);
                    break;
                case 2:
                    score = piece.Single;
                    break;
                case 3:
                    type = (PieceType)piece.Number;
                    break;
            }
        }

        return double.IsFinite(score)
            ? (text, score, type)
            : throw new InvalidCheckpointException($"{path}: the piece '{text}' has the score {score}.");
    }

    private static (bool Unigram, bool ByteFallback) Trainer(ReadOnlySpan<byte> bytes, string path)
    {
        var (type, byteFallback) = (1UL, false);
        var trainer = new ProtobufReader(bytes, path);
        while (trainer.Read())
        {
            switch (trainer.Field)
            {
                case 3:
                    type = trainer.Number;
                    break;
                case 24 when trainer.Number != 0:
                    throw new InvalidCheckpointException(
                        $"{path}: treat_whitespace_as_suffix is true, which is not understood."
                    );
                case 35:
                    byteFallback = trainer.Number != 0;
                    break;
            }
        }

        return type is 1 or 2
            ? (type == 1, byteFallback)
            : throw new InvalidCheckpointException(
                $"{path}: model_type is {type}; 1 (unigram) and 2 (byte pairs) are understood."
            );
    }

    private static (byte[] Map, bool DummyPrefix, bool RemoveExtra, bool Escape) Normalization(
        ReadOnlySpan<byte> bytes,
        string path
    )
    {
        var (map, dummyPrefix, removeExtra, escape) = (Array.Empty<byte>(), true, true, true);
        var fields = new ProtobufReader(bytes, path);
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case 2:
                    map = fields.Bytes.ToArray();
                    break;
                case 3:
                    dummyPrefix = fields.Number != 0;
                    break;
                case 4:
                    removeExtra = fields.Number != 0;
                    break;
                case 5:
                    escape = fields.Number != 0;
                    break;
            }
        }

        return (map, dummyPrefix, removeExtra, escape);
    }

    private static Normalizer Normalizer(byte[] map, bool dummyPrefix, bool removeExtra, string path)
    {
        var precompiled = map.Length > 0 ? new PrecompiledMap(map, path) : null;
        return text =>
        {
            text = precompiled?.Normalize(text) ?? text;
            if (removeExtra)
            {
                text = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }

            return (dummyPrefix && text.Length > 0 ? " " + text : text).Replace(' ', Sign);
        };
    }

    private static UnigramModel Unigram(
        List<(string Text, double Score, PieceType Type)> pieces,
        int unknown,
        bool byteFallback
    ) =>
        new(
            [.. pieces.Select(piece => (piece.Text, piece.Score))],
            unknown,
            byteFallback,
            pieces
                .Index()
                .Where(piece => piece.Item.Type is not (PieceType.Normal or PieceType.UserDefined))
                .Select(piece => piece.Index)
                .ToHashSet()
        );

    private static BytePairModel BytePairs(
        List<(string Text, double Score, PieceType Type)> pieces,
        int unknown,
        bool byteFallback
    )
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (id, piece) in pieces.Index())
        {
            vocabulary.TryAdd(piece.Text, id);
        }

        return new BytePairModel(
            vocabulary,
            MergeTable.OfScores([
                .. pieces
                    .Index()
                    .Where(piece => piece.Item.Type == PieceType.Normal)
                    .Select(piece => (piece.Item.Text, piece.Index, piece.Item.Score)),
            ]),
            new BytePairOptions(pieces[unknown].Text, FuseUnknown: true, byteFallback)
        );
    }

    // Control pieces are marks; pieces that the user defined are found whole in a text.
    private static IEnumerable<AddedToken> Marks(List<(string Text, double Score, PieceType Type)> pieces)
    {
        for (var id = 0; id < pieces.Count; id++)
        {
            var (text, _, type) = pieces[id];
            if (type is PieceType.Control or PieceType.Unknown or PieceType.UserDefined)
            {
                yield return new AddedToken(id, text, Special: type != PieceType.UserDefined) { Normalized = true };
            }
        }
    }
}
