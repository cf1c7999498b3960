using System.CommandLine;

namespace Federated.Commands;

/// <summary><c>completion bash | zsh | fish</c>: prints what makes a shell complete the program's commands and options.</summary>
internal static class CompletionCommand
{
    // The program is asked with what was typed so far; it answers with one candidate a line.
    private const string Bash = """
        _PROGRAM() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(PROGRAM "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _PROGRAM PROGRAM
        """;

    private const string Zsh = """
        _PROGRAM() {
            local -a found
            found=("${(@f)$(PROGRAM "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -a found || _files
        }
        compdef _PROGRAM PROGRAM
        """;

    private const string Fish = """
        complete -c PROGRAM -a '(PROGRAM "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    /// <summary>The command.</summary>
    /// <param name="program">The program's name, as it is typed.</param>
    public static Command Create(string program)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command(
            "completion",
            $"""
            Prints what makes a shell complete commands and options with the tab key.
            Example: source <({program} completion bash)
            """
        )
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            var script = parsed.GetValue(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => Fish,
            };
            Console.WriteLine(script.Replace("PROGRAM", program, StringComparison.Ordinal));
            return 0;
        });
        return command;
    }
}
