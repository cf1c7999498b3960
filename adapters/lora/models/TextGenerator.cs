using Federated.Adapters.Text;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Continues a text token by token.</summary>
public sealed class TextGenerator(CausalLanguageModel model, TextTokenizer tokenizer)
{
    /// <summary>Continues a prompt until the end-of-text token or a number of tokens.</summary>
    /// <param name="prompt">The text to continue; may be empty.</param>
    /// <param name="maxNewTokens">Most tokens to add, ≥ 0.</param>
    /// <param name="temperature">0 takes the likeliest token; above, tokens are drawn from softmax(logits / temperature).</param>
    /// <param name="random">Where draws come from; needed when temperature &gt; 0.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <returns>The continuation alone.</returns>
    public string Continue(
        string prompt,
        int maxNewTokens,
        double temperature = 0,
        Random? random = null,
        CancellationToken cancellationToken = default
    )
    {
        var ids = tokenizer.Encode(prompt, addBos: true).ToList();
        return ids.Count == 0
            ? throw new ArgumentException("An empty prompt needs a tokenizer with a bos token.", nameof(prompt))
            : Grow(ids, maxNewTokens, temperature, random, cancellationToken);
    }

    /// <summary>Answers a conversation as the model's chat template asks it to, until it ends its turn or a number of tokens.</summary>
    /// <param name="messages">The turns so far.</param>
    /// <param name="maxNewTokens">Most tokens to add, ≥ 0.</param>
    /// <param name="temperature">0 takes the likeliest token; above, tokens are drawn from softmax(logits / temperature).</param>
    /// <param name="random">Where draws come from; needed when temperature &gt; 0.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <returns>The answer alone.</returns>
    /// <exception cref="ChatTemplateException">The model has no chat template, or it refuses the conversation.</exception>
    public string Answer(
        IReadOnlyList<ChatMessage> messages,
        int maxNewTokens,
        double temperature = 0,
        Random? random = null,
        CancellationToken cancellationToken = default
    ) =>
        Grow(
            [.. tokenizer.EncodeChat(messages, addGenerationPrompt: true)],
            maxNewTokens,
            temperature,
            random,
            cancellationToken
        );

    private string Grow(
        List<int> ids,
        int maxNewTokens,
        double temperature,
        Random? random,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxNewTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(temperature);
        if (temperature > 0)
        {
            ArgumentNullException.ThrowIfNull(random);
        }

        var start = ids.Count;
        while (ids.Count - start < maxNewTokens)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var next = Next(ids, temperature, random);
            if (tokenizer.StopIds.Contains(next))
            {
                break;
            }

            ids.Add(next);
        }

        // Decoded with the prompt: a byte-level token may end in the middle of a character.
        var whole = tokenizer.Decode(ids);
        return whole[Math.Min(whole.Length, tokenizer.Decode(ids[..start]).Length)..];
    }

    private int Next(List<int> ids, double temperature, Random? random)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var window = ids.TakeLast((int)Math.Min(ids.Count, model.MaxSequenceLength)).Select(id => (long)id).ToArray();
        var logits = model.call(tensor(window, device: model.Device).unsqueeze(0));
        var last = logits[0, window.Length - 1];
        if (temperature == 0)
        {
            return (int)last.argmax().item<long>();
        }

        var probabilities = nn.functional.softmax(last.to(float64).Over(temperature), 0).data<double>().ToArray();
        var draw = random!.NextDouble();
        for (var id = 0; id < probabilities.Length; id++)
        {
            draw -= probabilities[id];
            if (draw < 0)
            {
                return id;
            }
        }

        return Array.FindLastIndex(probabilities, probability => probability > 0);
    }
}
