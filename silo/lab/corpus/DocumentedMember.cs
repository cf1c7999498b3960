namespace Federated.Lab.Corpus;

/// <summary>What the documentation says about one type or member, as one record of plain English.</summary>
/// <param name="Text">Heading and body: "Stack&lt;T&gt;.Push(item): Inserts an object at the top …".</param>
/// <param name="DeclaringType">Full name of the type that declares it; overloads and relatives share it, so splits go by it.</param>
/// <param name="Member">Name of the member, empty for the type itself.</param>
/// <param name="Assembly">Name of the assembly.</param>
public sealed record DocumentedMember(string Text, string DeclaringType, string Member, string Assembly)
{
    /// <summary>The text without its heading, by which near-duplicates are found.</summary>
    public string Body => Text[(Text.IndexOf(": ", StringComparison.Ordinal) + 2)..];
}
