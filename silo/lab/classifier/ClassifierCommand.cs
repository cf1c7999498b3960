using System.CommandLine;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;

namespace Federated.Lab.Classifier;

/// <summary>fedlab classifier: a base model that labels texts, of a published BERT or RoBERTa.</summary>
public static class ClassifierCommand
{
    private const int Usage = 2;

    /// <summary>Creates the command.</summary>
    /// <returns>The command, ready to be added to a root.</returns>
    public static Command Create()
    {
        var model = new Option<string>("--model")
        {
            Description = "A BERT's or RoBERTa's Hugging Face folder.",
            Required = true,
            HelpName = "FOLDER",
        };
        var labels = new Option<string>("--labels")
        {
            Description = "The labels, separated by commas, in the order of their numbers.",
            Required = true,
        };
        var output = new Option<string>("--output")
        {
            Description = "The folder to make.",
            Required = true,
            HelpName = "FOLDER",
        };
        var seed = new Option<long>("--seed") { Description = "Seed of the head.", DefaultValueFactory = _ => 1 };
        var command = new Command(
            "classifier",
            "Gives a published encoder a classification head with random weights, and prints its digest for run documents.\n"
                + "Example: fedlab classifier --model bert-base-uncased --labels ham,spam --output spam-bert"
        )
        {
            model,
            labels,
            output,
            seed,
        };
        command.SetAction(parsed =>
        {
            try
            {
                var target = parsed.GetValue(output)!;
                ClassifierFolder.Make(
                    parsed.GetValue(model)!,
                    parsed.GetValue(labels)!.Split(',', StringSplitOptions.TrimEntries),
                    parsed.GetValue(seed),
                    target
                );
                var shapes = ModelShapes.Of(target);
                Console.WriteLine($"{target}: {shapes.Linears.Count} linear layers, context {shapes.Context} tokens");
                Console.WriteLine($"sha256: \"{BaseModelDigest.Compute(target)}\"");
                return 0;
            }
            catch (Exception error)
                when (error
                        is InvalidCheckpointException
                            or ArgumentException
                            or IOException
                            or UnauthorizedAccessException
                )
            {
                Console.Error.WriteLine($"fedlab: {error.Message}");
                return Usage;
            }
        });
        return command;
    }
}
