namespace Federated.Adapters.Text;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">Who speaks: system | user | assistant, or what else the model's template knows.</param>
/// <param name="Content">What is said. Never logged.</param>
public sealed record ChatMessage(string Role, string Content)
{
    /// <summary>Says nothing about the content.</summary>
    /// <returns>"message".</returns>
    public override string ToString() => "message";
}
