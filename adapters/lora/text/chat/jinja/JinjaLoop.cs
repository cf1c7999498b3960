using System.Text;

namespace Federated.Adapters.Text;

/// <summary>A for loop.</summary>
/// <param name="names">Variables that an item gives, by unpacking when there are several.</param>
/// <param name="items">What is walked through.</param>
/// <param name="condition">Which items count; null: all.</param>
/// <param name="body">What is done with each.</param>
/// <param name="empty">What is done when there is none; null: nothing.</param>
internal sealed class JinjaLoop(
    List<string> names,
    JinjaExpression items,
    JinjaExpression? condition,
    JinjaStatement body,
    JinjaStatement? empty
)
{
    public void Run(JinjaScope scope, StringBuilder output)
    {
        var walked = new List<object?>();
        foreach (var item in JinjaValues.Items(items(scope)))
        {
            var inner = scope.Inner();
            Bind(inner, item);
            if (condition is null || JinjaValues.IsTrue(condition(inner)))
            {
                walked.Add(item);
            }
        }

        if (walked.Count == 0)
        {
            empty?.Invoke(scope, output);
        }

        for (var i = 0; i < walked.Count; i++)
        {
            scope.Step();
            var inner = scope.Inner();
            Bind(inner, walked[i]);
            inner.Set(
                "loop",
                new Dictionary<string, object?>
                {
                    ["index"] = i + 1L,
                    ["index0"] = (long)i,
                    ["revindex"] = (long)(walked.Count - i),
                    ["revindex0"] = walked.Count - i - 1L,
                    ["first"] = i == 0,
                    ["last"] = i == walked.Count - 1,
                    ["length"] = (long)walked.Count,
                    ["previtem"] = i > 0 ? walked[i - 1] : JinjaUndefined.Value,
                    ["nextitem"] = i + 1 < walked.Count ? walked[i + 1] : JinjaUndefined.Value,
                }
            );
            body(inner, output);
        }
    }

    private void Bind(JinjaScope scope, object? item)
    {
        if (names.Count == 1)
        {
            scope.Set(names[0], item);
            return;
        }

        var parts = JinjaValues.Items(item).ToList();
        if (parts.Count != names.Count)
        {
            throw new ChatTemplateException(
                $"The chat template takes {names.Count} values of an item that has {parts.Count}."
            );
        }

        foreach (var (name, part) in names.Zip(parts))
        {
            scope.Set(name, part);
        }
    }
}
