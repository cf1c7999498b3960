using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>
/// A frozen network that an adapter may follow, with a loss for each record of its own: what training, private or not, needs to know
/// about a model. Language models, text classifiers and image classifiers derive from it.
/// </summary>
/// <param name="name">The module's name.</param>
public abstract class AdaptableModel(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>The linear layers that an adapter may follow, in a fixed order: layer by layer, in the order of use.</summary>
    public abstract IReadOnlyList<AdaptableLinear> AdaptableLinears { get; }

    /// <summary>Longest record the model was made for, in tokens; <see cref="long.MaxValue"/> where records are not sequences.</summary>
    public abstract long MaxSequenceLength { get; }

    /// <summary>Where the network lies, and where batches for it must lie.</summary>
    public Device Device => AdaptableLinears[0].Device;

    /// <summary>
    /// When true, a training step keeps the input of each layer only and computes the layer again in backward: much less memory, about a third
    /// more time, the same numbers. Models without layers in a row ignore it.
    /// </summary>
    public bool CheckpointActivations { get; set; }

    /// <summary>The loss of each record by itself: the mean over what is predicted of it.</summary>
    /// <param name="batch">b records of the kind that the model takes.</param>
    /// <returns>[b], in nats; row i depends on record i alone; 0 where nothing is predicted.</returns>
    /// <exception cref="ArgumentException">Records of another kind, without a label that is needed, or longer than the model's context.</exception>
    public abstract Tensor LossPerExample(RecordBatch batch);

    /// <summary>The loss of a batch as sums, so that batches add up; no gradient.</summary>
    /// <param name="batch">b records of the kind that the model takes.</param>
    /// <returns>The sums.</returns>
    /// <exception cref="ArgumentException">As for <see cref="LossPerExample"/>.</exception>
    public abstract BatchLoss TotalLoss(RecordBatch batch);

    /// <summary>The parameter that a tensor of a checkpoint fills.</summary>
    /// <param name="stored">The tensor's name in the checkpoint.</param>
    /// <returns>The parameter's name; null when the configuration already says what the tensor holds.</returns>
    internal virtual string? PlaceOf(string stored) => stored;

    /// <summary>The shape in which checkpoints hold a parameter.</summary>
    internal virtual IReadOnlyList<long> StoredShape(string name, Parameter parameter) => parameter.shape;

    /// <summary>The batch as tokens that fit the model's context.</summary>
    /// <exception cref="ArgumentException">Another kind of records, or too long a one.</exception>
    private protected TokenBatch Tokens(RecordBatch batch)
    {
        if (batch is not TokenBatch tokens)
        {
            throw new ArgumentException($"{GetName()} takes texts, not a {batch?.GetType().Name}.", nameof(batch));
        }

        return tokens.Ids.shape[1] <= MaxSequenceLength
            ? tokens
            : throw new ArgumentException(
                $"A record has {tokens.Ids.shape[1]} tokens; the model's context is {MaxSequenceLength}. Lower local.maxSequenceLength.",
                nameof(batch)
            );
    }
}
