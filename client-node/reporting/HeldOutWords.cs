using System.Globalization;
using Federated.Adapters;

namespace Federated.ClientNode;

/// <summary>Two judgements of the same held-out records, in words for the owner.</summary>
internal static class HeldOutWords
{
    /// <summary>What changed: loss and accuracy of a classifier, loss by token and by character of a language model.</summary>
    public static string Change(HeldOutLoss before, HeldOutLoss after) =>
        before.Accuracy is { } accuracy && after.Accuracy is { } now
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{before.NatsPerToken:F4} → {after.NatsPerToken:F4} nats/record, accuracy {accuracy:0.0 %} → {now:0.0 %}"
            )
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{before.NatsPerToken:F4} → {after.NatsPerToken:F4} nats/token, {before.NatsPerCharacter:F4} → {after.NatsPerCharacter:F4} nats/character"
            );
}
