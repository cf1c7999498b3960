using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Federated.Protocol;

namespace Federated.Commands;

/// <summary>How each of the programs reads its command line: help where nothing was asked, one line for each mistake.</summary>
internal static partial class ProgramLine
{
    /// <summary>Reads a command line and does what it says.</summary>
    /// <param name="program">The program's name, as it is typed.</param>
    /// <param name="root">Its commands; completion for shells is added.</param>
    /// <param name="args">What was typed.</param>
    /// <param name="invocation">How a command is run, once the line is read.</param>
    /// <returns>The exit code; <see cref="ExitCode.Usage"/> where the line cannot be read.</returns>
    public static async Task<int> RunAsync(
        string program,
        RootCommand root,
        string[] args,
        InvocationConfiguration invocation
    )
    {
        root.Add(CompletionCommand.Create(program));
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            // What is left, -h, is what people type; the others only fill the shells' lists.
            help.Aliases.Remove("-?");
            help.Aliases.Remove("/?");
            help.Aliases.Remove("/h");
        }

        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
        {
            return await parsed.InvokeAsync(invocation);
        }

        var typed = string.Join(' ', Names(parsed.CommandResult).Prepend(program));
        if (parsed is { Errors.Count: 1, UnmatchedTokens.Count: 0 } && parsed.CommandResult.Command.Action is null)
        {
            // The program, or a group of commands, and nothing else.
            await root.Parse([.. Names(parsed.CommandResult), "--help"]).InvokeAsync();
            return ExitCode.Usage;
        }

        foreach (var message in Messages(parsed))
        {
            await Console.Error.WriteLineAsync($"{program}: {message}");
        }

        await Console.Error.WriteLineAsync($"see {typed} --help");
        return ExitCode.Usage;
    }

    private static IEnumerable<string> Messages(ParseResult parsed)
    {
        // A wrong option before an argument is taken for the argument.
        var words = parsed
            .CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .Where(word => word.StartsWith("--", StringComparison.Ordinal))
            .Concat(parsed.UnmatchedTokens);
        if (words.FirstOrDefault() is { } unknown)
        {
            yield return Nearest(parsed.CommandResult.Command, unknown) is { } meant
                ? $"{unknown} is unknown here; did you mean {meant}?"
                : $"{unknown} is unknown here";
            yield break;
        }

        foreach (var error in parsed.Errors)
        {
            // The parser names .NET's types where a person expects a number.
            yield return WholeNumber()
                .Replace(AnyNumber().Replace(error.Message, "a number, such as 0.01"), "a whole number, such as 400");
        }
    }

    // Commands from the outermost inwards, without the program itself.
    private static IEnumerable<string> Names(CommandResult result) =>
        result.Parent is CommandResult parent ? Names(parent).Append(result.Command.Name) : [];

    private static string? Nearest(Command command, string typed) =>
        Spelling.Nearest(
            typed,
            command
                .Subcommands.Where(one => !one.Hidden)
                .Select(one => one.Name)
                .Concat(command.Options.Select(option => option.Name))
        );

    [GeneratedRegex(@"expected type 'System\.(Nullable`1\[System\.)?(Double|Single|Decimal)\]?'")]
    private static partial Regex AnyNumber();

    [GeneratedRegex(@"expected type 'System\.(Nullable`1\[System\.)?U?Int\d+\]?'")]
    private static partial Regex WholeNumber();
}
