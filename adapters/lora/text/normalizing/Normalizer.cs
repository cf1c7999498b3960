namespace Federated.Adapters.Text;

/// <summary>Changes a text before it is cut into pieces.</summary>
/// <param name="text">The text.</param>
/// <returns>The changed text.</returns>
internal delegate string Normalizer(string text);
