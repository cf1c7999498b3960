namespace Federated.Adapters.Text;

/// <summary>A conversation cannot be written as the model's chat template has it. The message names the template's complaint, never a content.</summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    public ChatTemplateException(string message)
        : base(message) { }
}
