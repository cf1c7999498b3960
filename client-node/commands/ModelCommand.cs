using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Federated.Adapters.Models;
using Federated.Adapters.Quantization;

namespace Federated.ClientNode;

/// <summary><c>fednode model digest</c>: what a run document says about a base model, taken from a folder.</summary>
internal static class ModelCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => new("model", "Base models on this machine.") { Digest() };

    private static Command Digest()
    {
        var folder = new Argument<string>("folder") { Description = "A Hugging Face folder" };
        var precision = new Option<string>("--precision")
        {
            Description = "How the weights are kept in training: float32 | bfloat16 | int8 | nf4",
            DefaultValueFactory = _ => "float32",
        };
        precision.AcceptOnlyFromAmong("float32", "bfloat16", "int8", "nf4");
        var json = HomeOption.Json();
        var command = new Command(
            "digest",
            "The lines under baseModel of a run document. Example: fednode model digest ./models/smollm --precision nf4"
        )
        {
            folder,
            precision,
            json,
        };
        command.SetAction(parsed =>
            CommandRun.Guard(() =>
            {
                var name = parsed.GetValue(precision)!;
                using var model = BaseModel.Load(parsed.GetValue(folder)!, BasePrecisions.Parse(name));
                var packed = PackedDigest.Of(model.Model);
                var bytes =
                    model.Model.parameters().Sum(p => p.numel() * p.element_size())
                    + model.Model.AdaptableLinears.Sum(linear => linear.PackedBytes);
                Console.WriteLine(
                    parsed.GetValue(json)
                        ? JsonSerializer.Serialize(
                            new
                            {
                                sha256 = model.Sha256,
                                precision = name,
                                packedSha256 = packed,
                                bytes,
                            },
                            NodeJson.Options
                        )
                        : string.Create(
                            CultureInfo.InvariantCulture,
                            $"  sha256: \"{model.Sha256}\"\n  precision: {name}{(packed is null ? "" : $"\n  packedSha256: \"{packed}\"")}\n# {bytes / 1e6:0.0} MB of weights in memory"
                        )
                );
                return ExitCode.Ok;
            })
        );
        return command;
    }
}
