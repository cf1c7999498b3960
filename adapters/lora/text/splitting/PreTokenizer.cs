namespace Federated.Adapters.Text;

/// <summary>Cuts a part of a text into parts.</summary>
/// <param name="piece">The part.</param>
/// <returns>Its parts, in order.</returns>
internal delegate IEnumerable<TextPiece> PreTokenizer(TextPiece piece);
