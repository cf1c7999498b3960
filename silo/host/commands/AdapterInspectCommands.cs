using System.CommandLine;
using System.Globalization;
using Federated.Adapters;
using Federated.Aggregation;

namespace Federated.Silo;

/// <summary>fedsilo adapter inspect | diff: what adapters do to a model, by their products and not by their factors.</summary>
internal static class AdapterInspectCommands
{
    public static Command Inspect()
    {
        Argument<string> folder = new("FOLDER") { Description = "A PEFT folder" };
        Option<bool> json = new("--json") { Description = "Print JSON" };
        Command command = new(
            "inspect",
            """
            Shows each layer of an adapter: shape, rank, scale, how large its change is and how many directions carry it.

            Example:
              fedsilo adapter inspect ./adapter
            """
        )
        {
            folder,
            json,
        };
        command.SetGuardedAction(
            (result, _) =>
            {
                var adapter = AdapterMergeCommand.Read(result.GetRequiredValue(folder));
                var layers = LayerFigures.Of(adapter);
                AdapterMergeCommand.Warn(adapter);
                var norm = Math.Sqrt(layers.Sum(layer => layer.Norm * layer.Norm));
                if (result.GetValue(json))
                {
                    Output.Json(
                        new
                        {
                            BaseModel = adapter.BaseModelName,
                            adapter.IsPrivate,
                            Norm = norm,
                            Layers = layers,
                        }
                    );
                    return Task.FromResult(ExitCode.Ok);
                }

                Console.WriteLine(
                    $"base model {adapter.BaseModelName}, {layers.Count} layers, ‖ΔW‖ = {Number(norm)}\n"
                );
                Output.Table(
                    ["LAYER", "OUT × IN", "RANK", "SCALE", "‖ΔW‖", "LARGEST σ", "STABLE RANK"],
                    layers.Select(layer =>
                        (IReadOnlyList<string>)
                            [
                                layer.Path,
                                $"{layer.OutFeatures} × {layer.InFeatures}",
                                $"{layer.Rank}",
                                Number(layer.Scale),
                                Number(layer.Norm),
                                Number(layer.SingularValues[0]),
                                Number(layer.StableRank),
                            ]
                    )
                );
                return Task.FromResult(ExitCode.Ok);
            }
        );
        return command;
    }

    public static Command Diff()
    {
        Argument<string> first = new("A") { Description = "A PEFT folder" };
        Argument<string> second = new("B") { Description = "Another, of the same base model" };
        Option<bool> json = new("--json") { Description = "Print JSON" };
        Command command = new(
            "diff",
            """
            Shows how two adapters differ in each layer: how far apart their changes are, and whether they point the same way.

            Example:
              fedsilo adapter diff ./version-3 ./version-4
            """
        )
        {
            first,
            second,
            json,
        };
        command.SetGuardedAction(
            (result, _) =>
            {
                var layers = Compare(
                    AdapterMergeCommand.Read(result.GetRequiredValue(first)),
                    AdapterMergeCommand.Read(result.GetRequiredValue(second))
                );
                var distance = Math.Sqrt(layers.Sum(layer => layer.Distance * layer.Distance));
                if (result.GetValue(json))
                {
                    Output.Json(new { Distance = distance, Layers = layers });
                    return Task.FromResult(ExitCode.Ok);
                }

                Console.WriteLine($"{layers.Count} layers, ‖ΔW₁ − ΔW₂‖ = {Number(distance)}\n");
                Output.Table(
                    ["LAYER", "‖ΔW₁‖", "‖ΔW₂‖", "DISTANCE", "COSINE"],
                    layers.Select(layer =>
                        (IReadOnlyList<string>)
                            [
                                layer.Path,
                                Number(layer.FirstNorm),
                                Number(layer.SecondNorm),
                                Number(layer.Distance),
                                Number(layer.Cosine),
                            ]
                    )
                );
                return Task.FromResult(ExitCode.Ok);
            }
        );
        return command;
    }

    private static IReadOnlyList<LayerDifference> Compare(PeftAdapter first, PeftAdapter second)
    {
        try
        {
            return LayerDifference.Between(first, second);
        }
        catch (AdapterMergeException e)
        {
            throw new StartupException($"These adapters cannot be compared: {e.Message}.", e);
        }
    }

    private static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
}
