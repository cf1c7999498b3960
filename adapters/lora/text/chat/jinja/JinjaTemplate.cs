using System.Text;

namespace Federated.Adapters.Text;

/// <summary>
/// A template in the part of Jinja2 that chat templates use: output, if, for, set, macros, filters, tests, string methods, namespaces,
/// with trim_blocks and lstrip_blocks on, as Hugging Face renders them. What lies outside is refused when the template is read.
/// </summary>
internal sealed class JinjaTemplate
{
    private readonly JinjaStatement _body;

    private JinjaTemplate(JinjaStatement body) => _body = body;

    /// <summary>Reads a template.</summary>
    /// <param name="text">Its source.</param>
    /// <param name="source">What to call it in errors.</param>
    /// <exception cref="Checkpoints.InvalidCheckpointException">It uses what is not understood.</exception>
    public static JinjaTemplate Parse(string text, string source)
    {
        var parser = new JinjaStatements(new JinjaTokens(JinjaLexer.Read(text, source), source));
        return new JinjaTemplate(parser.ReadTemplate());
    }

    /// <summary>Writes the template with values.</summary>
    /// <param name="values">Variables: text, true and false, lists and dictionaries of them.</param>
    /// <exception cref="ChatTemplateException">The template raises an error, or does what cannot be done.</exception>
    public string Render(IReadOnlyDictionary<string, object?> values)
    {
        var output = new StringBuilder();
        _body(JinjaScope.Root(values), output);
        return output.ToString();
    }
}
