using Federated.Adapters.Text;

namespace Federated.ClientNode;

/// <summary>One record of the owner: the unit that differential privacy protects, unless a run protects subjects.</summary>
/// <param name="Text">What is trained on. Never logged, never sent.</param>
/// <param name="Group">Records of one group fall on the same side of the hold-out split; null: the record stands alone.</param>
internal sealed record TextRecord(string Text, string? Group)
{
    /// <summary>The context before <see cref="Text"/>, which is then the completion; null: the record is one text.</summary>
    public string? Prompt { get; init; }

    /// <summary>Whom the record is about: the unit that runs with <c>unit: subject</c> protect; null: nobody is named.</summary>
    public string? Subject { get; init; }

    /// <summary>The label of <see cref="Text"/>, for classifiers; null: it has none.</summary>
    public string? Label { get; init; }

    /// <summary>The second of two texts that a classifier judges together; null: it judges <see cref="Text"/> alone.</summary>
    public string? Pair { get; init; }

    /// <summary>Whether the record is an image, <see cref="Text"/> its pixels in base64.</summary>
    public bool IsImage { get; init; }

    /// <summary>
    /// The turns of a conversation, the last the assistant's; <see cref="Text"/> then holds them all, as what makes the record itself. Null: the
    /// record is no conversation.
    /// </summary>
    public IReadOnlyList<ChatMessage>? Messages { get; init; }

    /// <summary>Says nothing about the record.</summary>
    public override string ToString() => "record";
}
