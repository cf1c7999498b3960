using System.CommandLine;
using Federated.Adapters;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;

namespace Federated.Silo;

/// <summary>fedsilo adapter apply: adapters in the weights of a base model, for programs that know no adapters.</summary>
internal static class AdapterApplyCommand
{
    public static Command Create()
    {
        Argument<string[]> folders = new("FOLDER")
        {
            Description = "PEFT folders; several are applied at once",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> model = new("--base-model")
        {
            Description = "The base model's Hugging Face folder; it stays as it is",
            HelpName = "DIR",
            Required = true,
        };
        Option<string> target = new("--out")
        {
            Description = "Folder to make, whole or not at all",
            HelpName = "DIR",
            Required = true,
        };
        Option<bool> subtract = new("--subtract") { Description = "Take the adapters out of the weights instead" };
        Option<bool> json = new("--json") { Description = "Print JSON" };
        Command command = new(
            "apply",
            """
            Writes adapters into the weights of their base model: a Hugging Face folder that programs run without knowing of adapters.

            Examples:
              fedsilo adapter apply ./adapter --base-model ./models/base --out ./models/base-adapted
              fedsilo adapter apply ./adapter --base-model ./models/base-adapted --subtract --out ./models/base-again
            """
        )
        {
            folders,
            model,
            target,
            subtract,
            json,
        };
        command.SetGuardedAction(
            (result, _) =>
            {
                var adapters = result.GetRequiredValue(folders).Select(AdapterMergeCommand.Read).ToList();
                var folder = Path.GetFullPath(result.GetRequiredValue(target));
                var layers = Write(result.GetRequiredValue(model), adapters, result.GetValue(subtract), folder);
                var digest = BaseModelDigest.Compute(folder);
                if (result.GetValue(json))
                {
                    Output.Json(
                        new
                        {
                            Folder = folder,
                            Layers = layers,
                            Sha256 = digest,
                        }
                    );
                }
                else
                {
                    Console.WriteLine($"{folder}\n{layers} layers changed\nsha256: \"{digest}\"");
                }

                adapters.ForEach(AdapterMergeCommand.Warn);
                return Task.FromResult(ExitCode.Ok);
            }
        );
        return command;
    }

    private static int Write(string model, List<PeftAdapter> adapters, bool subtract, string target)
    {
        try
        {
            return AdaptedFolder.Write(model, adapters, subtract, target);
        }
        catch (InvalidCheckpointException e)
        {
            throw new StartupException(e.Message, e);
        }
    }
}
