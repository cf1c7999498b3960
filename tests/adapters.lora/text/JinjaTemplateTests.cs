using System.Text.Json;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Text;

namespace Federated.Adapters.Tests.Text;

/// <summary>Templates of the common chat formats, and what Jinja2 makes of them.</summary>
public sealed class JinjaTemplateTests
{
    public static TheoryData<string> Names() =>
        [.. Vectors().EnumerateArray().Select(template => template.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Conversations_are_written_as_jinja2_writes_them(string name)
    {
        var vector = Vectors().EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name);
        var template = JinjaTemplate.Parse(vector.GetProperty("template").GetString()!, "vectors");
        foreach (var item in vector.GetProperty("cases").EnumerateArray())
        {
            var values = new Dictionary<string, object?>
            {
                ["messages"] = item.GetProperty("messages")
                    .EnumerateArray()
                    .Select(message =>
                        (object?)
                            message
                                .EnumerateObject()
                                .ToDictionary(entry => entry.Name, entry => (object?)entry.Value.GetString())
                    )
                    .ToList(),
                ["add_generation_prompt"] = item.GetProperty("add_generation_prompt").GetBoolean(),
                ["bos_token"] = vector.GetProperty("bos").GetString(),
                ["eos_token"] = vector.GetProperty("eos").GetString(),
            };
            if (item.GetProperty("text").GetString() is { } expected)
            {
                Assert.Equal(expected, template.Render(values));
            }
            else
            {
                Assert.Throws<ChatTemplateException>(() => template.Render(values));
            }
        }
    }

    [Theory]
    [InlineData("{% include 'x' %}", "the statement 'include' is unknown")]
    [InlineData("{{ x | frobnicate }}", "the filter 'frobnicate' is unknown")]
    [InlineData("{{ x is odder }}", "the test 'odder' is unknown")]
    [InlineData("{% if x %}", "endif is missing")]
    [InlineData("{% endfor %}", "the statement 'endfor' is unknown")]
    [InlineData("{{ 'x }}", "a literal has no end")]
    [InlineData("{# x", "a comment has no end")]
    [InlineData("{{ x", "a tag has no end")]
    [InlineData("{{ x ? }}", "'?' is no sign")]
    [InlineData("{{ }}", "begins no expression")]
    [InlineData("{{ (1 }}", "')' is missing")]
    public void What_is_not_understood_is_refused_when_it_is_read(string template, string complaint)
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => JinjaTemplate.Parse(template, "file"));

        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("file: the chat template", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ x.y.z }}", "undefined")]
    [InlineData("{{ x() }}", "no function")]
    [InlineData("{{ 'a' + 1 }}", "no number")]
    [InlineData("{{ 1 % 0 }}", "divides by 0")]
    [InlineData("{% for i in range(99999999) %}{% endfor %}", "range")]
    [InlineData(
        "{% for i in range(9999) %}{% for j in range(9999) %}{{ i }}{% endfor %}{% endfor %}",
        "does not come to an end"
    )]
    [InlineData("{% set x.y = 1 %}", "no namespace")]
    [InlineData("{{ raise_exception('because') }}", "because")]
    public void What_cannot_be_done_is_a_named_error(string template, string complaint)
    {
        var parsed = JinjaTemplate.Parse(template, "file");

        var error = Assert.Throws<ChatTemplateException>(() => parsed.Render(new Dictionary<string, object?>()));

        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_has_an_end()
    {
        var template = "{{ " + new string('(', 5000) + "1" + new string(')', 5000) + " }}";

        var error = Assert.Throws<InvalidCheckpointException>(() => JinjaTemplate.Parse(template, "file"));

        Assert.Contains("nested too deeply", error.Message, StringComparison.Ordinal);
    }

    private static JsonElement Vectors()
    {
        using var file = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "chat-templates.json"))
        );
        return file.RootElement.GetProperty("templates").Clone();
    }
}
