using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>
/// Some records side by side, padded on the right to the longest of them. Padding is behind everything a record's own tokens can
/// see and is masked in the loss, so that no record's gradient depends on its neighbours.
/// </summary>
public sealed class TokenBatch : RecordBatch
{
    private TokenBatch(Tensor ids, Tensor mask, Tensor predicted, Tensor? labels, Tensor? types) =>
        (Ids, Mask, Predicted, Labels, Types) = (ids, mask, predicted, labels, types);

    /// <summary>Token ids [b, T], int64; padding is id 0.</summary>
    public Tensor Ids { get; }

    /// <summary>[b, T], bool: true where a token is real.</summary>
    public Tensor Mask { get; }

    /// <summary>[b, T], bool: true where a token is real and counts in the loss; a prompt's tokens are context and do not.</summary>
    public Tensor Predicted { get; }

    /// <summary>[b], int64: the records' labels; null unless every record has one.</summary>
    public Tensor? Labels { get; }

    /// <summary>[b, T], int64: 1 where a token is of the second text of a pair, 0 elsewhere; null when no record's texts have types.</summary>
    public Tensor? Types { get; }

    /// <inheritdoc />
    public override int Count => (int)Ids.shape[0];

    /// <summary>Puts records side by side.</summary>
    /// <param name="sequences">The records; at least one. A record of fewer than two ids has nothing to predict: loss and gradient 0.</param>
    /// <param name="device">Where the tensors lie; the CPU when null.</param>
    /// <returns>The batch, outside every dispose scope; the caller disposes it.</returns>
    public static TokenBatch Of(IReadOnlyList<IReadOnlyList<int>> sequences, Device? device = null) =>
        Of([.. sequences.Select(ids => new TokenSequence(ids, 0))], 0, device);

    /// <summary>Puts records side by side.</summary>
    /// <param name="sequences">The records; at least one. A record with nothing to predict has loss and gradient 0.</param>
    /// <param name="labelSmoothing">See <see cref="RecordBatch.LabelSmoothing"/>.</param>
    /// <param name="device">Where the tensors lie; the CPU when null.</param>
    /// <returns>The batch, outside every dispose scope; the caller disposes it.</returns>
    public static TokenBatch Of(
        IReadOnlyList<TokenSequence> sequences,
        double labelSmoothing = 0,
        Device? device = null
    )
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentOutOfRangeException.ThrowIfZero(sequences.Count, nameof(sequences));
        // Two at least: the loss shifts by one.
        var length = Math.Max(2, sequences.Max(sequence => sequence.Ids.Count));
        var ids = new long[checked(sequences.Count * length)];
        var mask = new bool[ids.Length];
        var predicted = new bool[ids.Length];
        for (var row = 0; row < sequences.Count; row++)
        {
            var sequence = sequences[row];
            for (var i = 0; i < sequence.Ids.Count; i++)
            {
                ids[(row * length) + i] = sequence.Ids[i];
                mask[(row * length) + i] = true;
                predicted[(row * length) + i] = i >= sequence.ContextIds;
            }
        }

        long[] shape = [sequences.Count, length];
        return new TokenBatch(
            tensor(ids, shape, device: device ?? CPU).DetachFromDisposeScope(),
            tensor(mask, shape, device: device ?? CPU).DetachFromDisposeScope(),
            tensor(predicted, shape, device: device ?? CPU).DetachFromDisposeScope(),
            Labelled(sequences, device ?? CPU),
            Typed(sequences, shape, device ?? CPU)
        )
        {
            LabelSmoothing = labelSmoothing,
        };
    }

    private static Tensor? Labelled(IReadOnlyList<TokenSequence> sequences, Device device) =>
        sequences.All(sequence => sequence.Label is not null)
            ? tensor(sequences.Select(sequence => (long)sequence.Label!.Value).ToArray(), device: device)
                .DetachFromDisposeScope()
            : null;

    private static Tensor? Typed(IReadOnlyList<TokenSequence> sequences, long[] shape, Device device)
    {
        if (sequences.All(sequence => sequence.SecondFrom is null))
        {
            return null;
        }

        var types = new long[shape[0] * shape[1]];
        for (var row = 0; row < sequences.Count; row++)
        {
            var sequence = sequences[row];
            var second = sequence.SecondFrom ?? sequence.Ids.Count;
            types.AsSpan((int)(row * shape[1]) + second, sequence.Ids.Count - second).Fill(1);
        }

        return tensor(types, shape, device: device).DetachFromDisposeScope();
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        Ids.Dispose();
        Mask.Dispose();
        Predicted.Dispose();
        Labels?.Dispose();
        Types?.Dispose();
    }
}
