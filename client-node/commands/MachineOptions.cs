using System.CommandLine;

namespace Federated.ClientNode;

/// <summary>What of this machine a command may use: its own decision at each start, kept in no file.</summary>
internal sealed class MachineOptions
{
    private readonly Option<string> _device = new("--device")
    {
        Description = "auto | cpu | cuda | cuda:N. auto is a GPU where this build can use one.",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<int> _threads = NumberOption.Threads();

    private readonly Option<bool> _checkpoint = new("--checkpoint-activations")
    {
        Description = "Compute activations twice instead of keeping them: less memory, about a third more time.",
    };

    private readonly Option<int> _tokens = NumberOption.AtLeastOne(
        "--max-tokens-at-once",
        "Most tokens of one forward pass: less memory, a little more time.",
        TrainingMachine.DefaultMaxTokensAtOnce
    );

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_device);
        command.Add(_threads);
        command.Add(_checkpoint);
        command.Add(_tokens);
    }

    /// <summary>What was given.</summary>
    public TrainingMachine Read(ParseResult parsed) =>
        new(
            parsed.GetValue(_device)!,
            parsed.GetValue(_threads),
            parsed.GetValue(_checkpoint),
            parsed.GetValue(_tokens)
        );
}
