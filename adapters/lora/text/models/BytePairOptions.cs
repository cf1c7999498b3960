namespace Federated.Adapters.Text;

/// <summary>How byte pair encoding treats what its vocabulary lacks.</summary>
/// <param name="Unknown">Token for a character that is not in the vocabulary; null: it is dropped.</param>
/// <param name="FuseUnknown">Whether unknown characters side by side are one token.</param>
/// <param name="ByteFallback">Whether such a character becomes the tokens of its bytes.</param>
/// <param name="IgnoreMerges">Whether a part that is a token is that token, without merging.</param>
internal sealed record BytePairOptions(
    string? Unknown = null,
    bool FuseUnknown = false,
    bool ByteFallback = false,
    bool IgnoreMerges = false
);
