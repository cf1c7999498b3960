using System.CommandLine;
using System.Globalization;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;

namespace Federated.Lab.Classifier;

/// <summary>fedlab classifier: a base model that labels texts, of a published BERT or RoBERTa, or one that labels images.</summary>
public static class ClassifierCommand
{
    private const int Usage = 2;

    /// <summary>Creates the command.</summary>
    /// <returns>The command, ready to be added to a root.</returns>
    public static Command Create()
    {
        var model = new Option<string?>("--model")
        {
            Description = "For texts: a BERT's or RoBERTa's Hugging Face folder.",
            HelpName = "FOLDER",
        };
        var image = new Option<string?>("--image")
        {
            Description = "For images: channels x height x width, such as 1x28x28.",
            HelpName = "CxHxW",
        };
        var convolutions = new Option<int[]>("--convolutions")
        {
            Description =
                "Output channels of each 3x3 convolution, each followed by 2x2 pooling; none where it is not given.",
            AllowMultipleArgumentsPerToken = true,
        };
        var hidden = new Option<int[]>("--hidden")
        {
            Description = "Widths of the hidden layers behind them.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [256, 64],
        };
        var labels = new Option<string>("--labels")
        {
            Description = "The labels, separated by commas, in the order of their numbers.",
            Required = true,
        };
        var output = new Option<string>("--out")
        {
            Description = "The folder to make.",
            Required = true,
            HelpName = "FOLDER",
        };
        var seed = new Option<long>("--seed")
        {
            Description = "Seed of the random weights.",
            DefaultValueFactory = _ => 1,
        };
        var command = new Command(
            "classifier",
            "Gives a published encoder a classification head with random weights, or makes a small image classifier, and prints its digest for run documents.\n"
                + "Examples: fedlab classifier --model bert-base-uncased --labels ham,spam --out spam-bert\n"
                + "          fedlab classifier --image 1x28x28 --convolutions 32 32 --labels 0,1,2,3,4,5,6,7,8,9 --out digits"
        )
        {
            model,
            image,
            convolutions,
            hidden,
            labels,
            output,
            seed,
        };
        command.SetAction(parsed =>
        {
            try
            {
                var target = parsed.GetValue(output)!;
                var names = parsed.GetValue(labels)!.Split(',', StringSplitOptions.TrimEntries);
                switch (parsed.GetValue(model), parsed.GetValue(image))
                {
                    case ({ } source, null):
                        ClassifierFolder.Make(source, names, parsed.GetValue(seed), target);
                        break;
                    case (null, { } size):
                        var config = Size(size) with
                        {
                            Convolutions = parsed.GetValue(convolutions) ?? [],
                            Hidden = parsed.GetValue(hidden)!,
                            LabelNames = names,
                        };
                        ImageClassifierFolder.Make(config, parsed.GetValue(seed), target);
                        break;
                    default:
                        throw new ArgumentException("One of --model (texts) and --image (images) is needed.");
                }

                var shapes = ModelShapes.Of(target);
                Console.WriteLine($"{target}: {shapes.Linears.Count} layers that an adapter can change");
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

    private static ImageConfig Size(string text)
    {
        int[] sizes =
        [
            .. text.Split('x')
                .Select(part =>
                    int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0
                ),
        ];
        return sizes is [> 0 and var channels, > 0 and var height, > 0 and var width]
            ? new ImageConfig
            {
                Channels = channels,
                Height = height,
                Width = width,
            }
            : throw new ArgumentException($"--image {text}: expected channels x height x width, such as 1x28x28.");
    }
}
