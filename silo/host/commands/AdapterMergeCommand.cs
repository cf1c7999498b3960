using System.CommandLine;
using System.Globalization;
using Federated.Adapters;
using Federated.Adapters.Checkpoints;
using Federated.Aggregation;

namespace Federated.Silo;

/// <summary>fedsilo adapter merge.</summary>
internal static class AdapterMergeCommand
{
    public static Command Create()
    {
        Argument<string[]> folders = new("FOLDER")
        {
            Description = "PEFT folders: adapter_config.json and adapter_model.safetensors",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string?> weights = new("--weights")
        {
            Description =
                "One number for each folder, separated by commas; they need not sum to one. Default: equal, summing to one",
            HelpName = "W,W,…",
        };
        Option<string> method = new("--method")
        {
            Description =
                "svd (best adapter of a rank) | stack (exact, of the summed rank) | ffa (exact, for one common A) | average (each factor apart)",
            HelpName = "METHOD",
            DefaultValueFactory = _ => "svd",
        };
        Option<int?> rank = new("--rank")
        {
            Description =
                "Largest rank of the result; default: the largest there is (svd), as it comes (stack, ffa, average)",
        };
        Option<string> target = new("--out")
        {
            Description = "Folder to write, whole or not at all",
            HelpName = "DIR",
            Required = true,
        };
        Option<bool> json = new("--json") { Description = "Print what the merge did as JSON" };
        Command command = new(
            "merge",
            """
            Merges adapters of one base model into one, by the code that merges a run's updates, and says what was left out.

            Example:
              fedsilo adapter merge ./hospital-a ./hospital-b ./hospital-c --weights .5,.3,.2 --method svd --rank 8 --out ./merged
            """
        )
        {
            folders,
            weights,
            method,
            rank,
            target,
            json,
        };
        command.SetGuardedAction(
            (result, _) =>
            {
                var named = result.GetRequiredValue(folders);
                var merged = Merge(
                    named,
                    Weights(result.GetValue(weights), named.Length),
                    Method(result.GetRequiredValue(method)),
                    result.GetValue(rank)
                );
                var folder = Path.GetFullPath(result.GetRequiredValue(target));
                merged.Adapter.Write(folder);
                Print(merged, folder, result.GetValue(json));
                Warn(merged.Adapter);
                return Task.FromResult(ExitCode.Ok);
            }
        );
        return command;
    }

    /// <summary>Reads a PEFT folder; what is wrong with it is a wrong option.</summary>
    public static PeftAdapter Read(string folder)
    {
        try
        {
            return PeftAdapter.Read(folder);
        }
        catch (InvalidCheckpointException e)
        {
            throw new StartupException(e.Message, e);
        }
    }

    /// <summary>Says on standard error that an adapter may reveal records, where it does.</summary>
    public static void Warn(PeftAdapter adapter)
    {
        if (!adapter.IsPrivate)
        {
            Console.Error.WriteLine(
                $"fedsilo: {PeftFiles.NotPrivate}: it was made without a guarantee and may reveal records"
            );
        }
    }

    private static MergedPeft Merge(string[] folders, double[] weights, MergeMethod method, int? rank)
    {
        try
        {
            return AdapterMerge.Merge([.. folders.Select(Read)], weights, method, rank);
        }
        catch (AdapterMergeException e)
        {
            var order = string.Join(", ", folders.Select((folder, i) => $"{i + 1} = {folder}"));
            throw new StartupException($"These adapters cannot be merged: {e.Message}. Adapters: {order}", e);
        }
    }

    private static double[] Weights(string? written, int count)
    {
        if (written is null)
        {
            return [.. Enumerable.Repeat(1.0 / count, count)];
        }

        return
        [
            .. written
                .Split(',', StringSplitOptions.TrimEntries)
                .Select(part =>
                    double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
                        ? weight
                        : throw new StartupException(
                            $"--weights {written}: \"{part}\" is no number; write one for each folder, such as .5,.3,.2."
                        )
                ),
        ];
    }

    private static MergeMethod Method(string name) =>
        name switch
        {
            "svd" => MergeMethod.Svd,
            "stack" => MergeMethod.Stack,
            "average" => MergeMethod.Average,
            "ffa" => MergeMethod.Ffa,
            _ => throw new StartupException($"--method {name}; expected svd, stack, average or ffa."),
        };

    private static void Print(MergedPeft merged, string folder, bool json)
    {
        if (json)
        {
            Output.Json(
                new
                {
                    Folder = folder,
                    merged.Method,
                    Layers = merged.Adapter.Layers.Count,
                    Rank = merged.Adapter.Layers.Max(layer => layer.Rank),
                    merged.WeightSum,
                    merged.Norm,
                    merged.DroppedTail,
                    merged.RelativeError,
                    merged.AveragingLoss,
                }
            );
            return;
        }

        Console.WriteLine(folder);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{merged.Adapter.Layers.Count} layers, rank up to {merged.Adapter.Layers.Max(layer => layer.Rank)}, weights sum to {merged.WeightSum:0.####}"
            )
        );
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"left out: {merged.RelativeError:P2} of the exact merge (‖ΔW‖ = {merged.Norm:G5}, dropped {merged.DroppedTail:G5})"
            )
        );
        if (merged.AveragingLoss is { } loss)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"averaging the factors would leave out {(merged.Norm == 0 ? 0 : loss / merged.Norm):P2}"
                )
            );
        }
    }
}
