using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>A language model that predicts each token from those before it. Families (LLaMA, GPT-2) derive from it.</summary>
/// <param name="name">The module's name.</param>
public abstract class CausalLanguageModel(string name) : AdaptableModel(name)
{
    /// <summary>Number of token ids the model knows.</summary>
    public abstract long VocabularySize { get; }

    /// <summary>Computes the logits of the next token at every position.</summary>
    /// <param name="input">Token ids [B, T], int64, each in 0..VocabularySize-1; T ≤ <see cref="AdaptableModel.MaxSequenceLength"/>.</param>
    /// <returns>Logits [B, T, VocabularySize], float32.</returns>
    public abstract override Tensor forward(Tensor input);

    /// <inheritdoc />
    public override Tensor LossPerExample(RecordBatch batch)
    {
        var tokens = Tokens(batch);
        // Backward needs their logarithms alone.
        using var logits = call(tokens.Ids);
        return TokenLoss.PerExampleMean(logits, tokens.Ids, tokens.Predicted, tokens.LabelSmoothing);
    }

    /// <inheritdoc />
    public override BatchLoss TotalLoss(RecordBatch batch)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var tokens = Tokens(batch);
        var (nats, predictions) = TokenLoss.Totals(call(tokens.Ids), tokens.Ids, tokens.Predicted);
        return new BatchLoss(nats, predictions);
    }
}
