namespace Federated.Adapters;

/// <summary>What a layer's directions explain of its inputs.</summary>
/// <param name="Path">The layer.</param>
/// <param name="Rank">The rank that it gets.</param>
/// <param name="Explained">Share of the sum of squares of its inputs that lies in its directions, 0 … 1.</param>
/// <param name="Tokens">Tokens that the directions come from.</param>
/// <param name="HasSettled">Whether the directions had stopped turning before the text ended.</param>
public sealed record LayerVariance(string Path, int Rank, double Explained, long Tokens, bool HasSettled);
