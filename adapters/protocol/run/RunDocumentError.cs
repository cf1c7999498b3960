using System.Text;

namespace Federated.Protocol;

/// <summary>One thing that is wrong with a run document.</summary>
/// <param name="Line">Line in the text, from 1; null when the document did not come from a text.</param>
/// <param name="Path">The key, such as rounds.close.quorum; empty for the document as a whole.</param>
/// <param name="Value">What stands there; null when nothing does.</param>
/// <param name="Reason">Why it cannot be.</param>
/// <param name="Fix">What to write instead.</param>
public sealed record RunDocumentError(int? Line, string Path, string? Value, string Reason, string Fix)
{
    private const int LongestShownValue = 60;

    /// <summary>One line for people: "line 12: privacy.delta = 2: must be less than 1; write a number such as 1.0e-6".</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Line is not null)
        {
            text.Append("line ").Append(Line).Append(": ");
        }

        text.Append(Path.Length == 0 ? "the document" : Path);
        if (Value is not null)
        {
            text.Append(" = ").Append(Value.Length > LongestShownValue ? Value[..LongestShownValue] + "…" : Value);
        }

        return text.Append(": ").Append(Reason).Append("; ").Append(Fix).ToString();
    }
}
