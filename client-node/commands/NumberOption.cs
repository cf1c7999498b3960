using System.CommandLine;

namespace Federated.ClientNode;

/// <summary>Options that take a whole number of 1 or more.</summary>
internal static class NumberOption
{
    /// <summary><c>--threads N</c>.</summary>
    public static Option<int> Threads() => AtLeastOne("--threads", "Threads of libtorch.", 1);

    /// <summary>An option that refuses 0 and less before the command begins.</summary>
    public static Option<int> AtLeastOne(string name, string description, int otherwise) =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => otherwise,
            Validators =
            {
                parsed =>
                {
                    if (parsed.Tokens is [var word] && int.TryParse(word.Value, out var number) && number < 1)
                    {
                        parsed.AddError($"{name} is {number}: give 1 or more");
                    }
                },
            },
        };
}
