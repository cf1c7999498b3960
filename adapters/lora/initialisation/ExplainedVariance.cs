using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>
/// EVA (Paischer et al. 2024): the A of each layer becomes the directions in which the layer's inputs vary most, and ranks go to the layers
/// whose directions explain most. On public text it costs no ε, and it is computed once and given to everybody as <see cref="InitialFactors"/>.
/// </summary>
/// <remarks>
/// The inputs are not centred: what counts is how much of ‖x‖² passes A, since the gradient of B is the outer product of the output's
/// gradient and A x. Layers with the same input share one decomposition.
/// </remarks>
public static class ExplainedVariance
{
    /// <summary>Finds the factors.</summary>
    /// <param name="model">The base model; its state is not changed.</param>
    /// <param name="layout">Which layers are adapted, and the ranks that they would have.</param>
    /// <param name="records">Public texts.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told after each pass.</param>
    /// <param name="cancellation">Stops between passes.</param>
    /// <returns>A factor for each layer, and what it explains; both in the layout's order.</returns>
    /// <exception cref="InvalidAdapterOptionsException">The inputs of a layer span fewer directions than its rank, or are not finite.</exception>
    public static (IReadOnlyList<InitialFactor> Factors, IReadOnlyList<LayerVariance> Layers) Compute(
        AdaptableModel model,
        AdapterLayout layout,
        IReadOnlyList<TokenSequence> records,
        ExplainedVarianceOptions options,
        Action<ExplainedVarianceProgress> progress,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Rho, 1);
        using var taps = new InputTaps(model, layout, options.Rho);
        var tokens = 0L;
        foreach (var piece in Pieces(records, options.MaxTokensAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            Pass(model, taps, piece);
            tokens += piece.Sum(record => (long)record.Ids.Count);
            var settled = taps.Look(options.Threshold);
            progress(new(tokens, settled, layout.Tensors.Count));
            if (settled == layout.Tensors.Count || tokens >= options.MaxTokens)
            {
                break;
            }
        }

        return Choose(layout, taps);
    }

    // In the order of the file, so that the first part of a file is a sample of its own.
    private static IEnumerable<List<TokenSequence>> Pieces(IEnumerable<TokenSequence> records, int maxTokens)
    {
        var piece = new List<TokenSequence>();
        var longest = 0;
        foreach (var record in records.Where(record => record.Ids.Count > 0))
        {
            longest = Math.Max(longest, record.Ids.Count);
            if (piece.Count > 0 && (piece.Count + 1L) * longest > maxTokens)
            {
                yield return piece;
                piece = [];
                longest = record.Ids.Count;
            }

            piece.Add(record);
        }

        if (piece.Count > 0)
        {
            yield return piece;
        }
    }

    private static void Pass(AdaptableModel model, InputTaps taps, List<TokenSequence> records)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var batch = TokenBatch.Of(records, device: model.Device);
        using var mask = batch.Mask.cpu();
        taps.Begin(mask.data<bool>().ToArray());
        model.TotalLoss(batch);
    }

    private static (IReadOnlyList<InitialFactor>, IReadOnlyList<LayerVariance>) Choose(
        AdapterLayout layout,
        InputTaps taps
    )
    {
        var found = taps.Results();
        foreach (var (tensor, (directions, _, inputs)) in layout.Tensors.Zip(found))
        {
            if (directions.Length < tensor.Rank)
            {
                throw new InvalidAdapterOptionsException(
                    $"{tensor.Path}: its inputs on {inputs.Tokens} tokens of public text span {directions.Length} directions, and its rank is {tensor.Rank}; give more text, or lower the rank."
                );
            }
        }

        var ranks = RankRedistribution.Of(
            [.. layout.Tensors.Select(tensor => tensor.Rank)],
            [.. found.Select(layer => layer.Shares)]
        );
        var factors = new List<InitialFactor>();
        var layers = new List<LayerVariance>();
        for (var i = 0; i < ranks.Count; i++)
        {
            var (path, width) = (layout.Tensors[i].Path, layout.Tensors[i].InFeatures);
            var (directions, shares, inputs) = found[i];
            factors.Add(new(path, ranks[i], width, OrthonormalRows.Of(directions.AsSpan(0, ranks[i]), width)));
            layers.Add(new(path, ranks[i], shares.Take(ranks[i]).Sum(), inputs.Tokens, inputs.HasSettled));
        }

        return (factors, layers);
    }
}
