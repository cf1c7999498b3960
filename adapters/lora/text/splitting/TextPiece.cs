namespace Federated.Adapters.Text;

/// <summary>A part of a text that the model encodes by itself.</summary>
/// <param name="Text">The part, as normalizers and pre-tokenizers have left it.</param>
/// <param name="IsFirst">Whether the whole text begins with it.</param>
internal readonly record struct TextPiece(string Text, bool IsFirst);
