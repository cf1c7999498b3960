using Federated.Adapters;

namespace Federated.Lab.Demo.Compare;

/// <summary>Records of one organisation that nothing was trained on, as the model sees them.</summary>
/// <param name="Name">The organisation.</param>
/// <param name="Records">Its held-out records.</param>
internal sealed record HeldOutSet(string Name, IReadOnlyList<TokenSequence> Records);
