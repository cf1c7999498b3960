namespace Federated.Adapters.Text;

/// <summary>Turns tokens back into parts of a text.</summary>
/// <param name="tokens">The tokens, or what a decoder before has made of them.</param>
/// <returns>Parts, which are joined in the end.</returns>
internal delegate IEnumerable<string> TokenDecoder(IEnumerable<string> tokens);
