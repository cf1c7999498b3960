using System.Text;

namespace Federated.Adapters.Text;

/// <summary>
/// How a model's conversations are written: its own chat_template, in the part of Jinja that such templates use. A special token comes from
/// the template alone; one that stands in a message stays text.
/// </summary>
internal sealed class ChatTemplate
{
    private readonly JinjaTemplate _template;
    private readonly TokenizerPipeline _pipeline;
    private readonly SpecialTokens _special;
    private readonly AddedTokens _marks;

    /// <summary>Reads a template.</summary>
    /// <exception cref="Checkpoints.InvalidCheckpointException">It uses what is not understood.</exception>
    public ChatTemplate(string template, TokenizerPipeline pipeline, SpecialTokens special, string source)
    {
        _template = JinjaTemplate.Parse(template, source);
        _pipeline = pipeline;
        _special = special;
        _marks = new AddedTokens(pipeline.Special);
    }

    /// <summary>The ids of a conversation.</summary>
    /// <param name="messages">The turns.</param>
    /// <param name="addGenerationPrompt">Whether to end with what an answer begins with.</param>
    /// <exception cref="ChatTemplateException">The template refuses the conversation.</exception>
    public List<int> Encode(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        var ids = new List<int>();
        var seal = Seal(messages);
        foreach (var (part, _, mark) in _marks.Split(Render(messages, addGenerationPrompt, seal)))
        {
            if (mark is not null)
            {
                ids.Add(mark.Id);
            }
            else
            {
                ids.AddRange(_pipeline.Encode(part.Replace(seal, "", StringComparison.Ordinal)));
            }
        }

        return ids;
    }

    private string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, string seal)
    {
        var turns = messages.Select(message =>
            (object?)
                new Dictionary<string, object?>
                {
                    ["role"] = Sealed(message.Role, seal),
                    ["content"] = Sealed(message.Content, seal),
                }
        );
        return _template.Render(
            new Dictionary<string, object?>
            {
                ["messages"] = turns.ToList(),
                ["add_generation_prompt"] = addGenerationPrompt,
                ["bos_token"] = _special.BosToken ?? "",
                ["eos_token"] = _special.EosToken ?? "",
            }
        );
    }

    // A noncharacter that no message holds goes into each special token that a message spells, so that it is none any more.
    private static string Seal(IReadOnlyList<ChatMessage> messages) =>
        Enumerable
            .Range(0xFDD0, 32)
            .Select(code => ((char)code).ToString())
            .FirstOrDefault(candidate =>
                !messages.Any(message => (message.Role + message.Content).Contains(candidate, StringComparison.Ordinal))
            )
        ?? throw new ChatTemplateException("A message holds all noncharacters of Unicode; it is no text.");

    private string Sealed(string content, string seal)
    {
        var text = new StringBuilder(content.Length);
        foreach (var (part, _, mark) in _marks.Split(content))
        {
            text.Append(mark is null ? part : part[..1] + seal + part[1..]);
        }

        return text.ToString();
    }
}
