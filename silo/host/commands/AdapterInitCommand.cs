using System.CommandLine;
using System.Globalization;
using System.Text;
using Federated.Adapters;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using Federated.Adapters.Quantization;
using Federated.Aggregation.Grains;
using Federated.Protocol;

namespace Federated.Silo;

/// <summary>fedsilo adapter init.</summary>
internal static class AdapterInitCommand
{
    private static readonly Option<string> Run = new("--run")
    {
        Description = "The run document (YAML) that the factors are for: targets, ranks, length of records, base model",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<string> Model = new("--base-model")
    {
        Description = "The base model's Hugging Face folder",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description =
            "PUBLIC records, one JSON object a line: \"text\", \"prompt\" and \"completion\", or \"messages\". Everybody who gets the adapter learns something of them",
        HelpName = "JSONL",
        Required = true,
    };

    private static readonly Option<string> Target = new("--out")
    {
        Description = "The file to write, whole or not at all",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<double> Rho = new("--rho")
    {
        Description =
            "A layer may get up to so many times its rank, taken from layers that explain less; 1: ranks stay",
        DefaultValueFactory = _ => 2,
    };

    private static readonly Option<long> MaxTokens = new("--max-tokens")
    {
        Description = "Most tokens that are read; reading ends earlier when no direction turns any more",
        DefaultValueFactory = _ => new ExplainedVarianceOptions().MaxTokens,
    };

    private static readonly Option<int> Threads = new("--threads")
    {
        Description = "Threads of one tensor operation",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON" };

    public static Command Create()
    {
        Command command = new(
            "init",
            """
            Computes the A factors of a run from public text (EVA): the directions in which each layer's inputs vary most, and ranks for the
            layers that explain most. Costs no epsilon. Prints what to write into the run document; submit sends the file to the silo.

            Example:
              fedsilo adapter init --run run.yaml --base-model ./models/base --data public.jsonl --out eva.safetensors
              fedsilo run submit run.yaml --initial-factors eva.safetensors --data ./silo
            """
        )
        {
            Run,
            Model,
            Data,
            Target,
            Rho,
            MaxTokens,
            Threads,
            Json,
        };
        command.SetGuardedAction((result, cancellation) => Task.Run(() => Init(result, cancellation), cancellation));
        return command;
    }

    private static int Init(ParseResult result, CancellationToken cancellation)
    {
        var (rho, most, threads) = (result.GetValue(Rho), result.GetValue(MaxTokens), result.GetValue(Threads));
        if (!(rho >= 1 && rho <= AdapterOptions.MaxRank) || most < 1 || threads < 1)
        {
            throw new StartupException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"--rho {rho} --max-tokens {most} --threads {threads}: expected 1 … {AdapterOptions.MaxRank}, and 1 or more."
                )
            );
        }

        var document = Document(result.GetRequiredValue(Run));
        TorchThreads.Prepare(threads);
        try
        {
            var records = Records(result.GetRequiredValue(Data));
            using var model = BaseModel.Load(
                result.GetRequiredValue(Model),
                BasePrecisions.Parse(document.BaseModel.Precision)
            );
            if (model.Sha256 != document.BaseModel.Sha256)
            {
                throw new StartupException(
                    $"--base-model {model.Folder} has sha256 {model.Sha256}, and baseModel.sha256 of the run is {document.BaseModel.Sha256}."
                );
            }

            var options = RunDocumentReading.Options(document.Adapter);
            var line = new LiveLine();
            var (factors, layers) = ExplainedVariance.Compute(
                model.Model,
                AdapterLayout.For([.. Shapes(model)], options),
                records.Encode(model.Model, model.Tokenizer, document.Local.MaxSequenceLength, promptMasking: true),
                new() { Rho = rho, MaxTokens = most },
                seen =>
                {
                    if (!result.GetValue(Json))
                    {
                        line.Show($"{seen.Tokens} tokens, {seen.Settled} of {seen.Layers} layers have settled", true);
                    }
                },
                cancellation
            );
            line.End();
            var bytes = InitialFactors.Encode(factors);
            var initial = InitialFactors.Read(bytes);
            var pattern = layers
                .Where(layer => layer.Rank != options.Rank)
                .ToDictionary(layer => layer.Path, layer => layer.Rank, StringComparer.Ordinal);
            // What is printed must give the layers these ranks.
            _ = AdapterLayout.For([.. Shapes(model)], options with { RankPattern = pattern, Initial = initial });
            Write(result.GetRequiredValue(Target), bytes);
            Print(result, layers, pattern, initial.Sha256);
            return ExitCode.Ok;
        }
        catch (Exception e)
            when (e is InvalidAdapterOptionsException or InvalidCheckpointException or InvalidDataException)
        {
            throw new StartupException(e.Message, e);
        }
    }

    private static IEnumerable<LinearShape> Shapes(BaseModel model) =>
        model.Model.AdaptableLinears.Select(linear => new LinearShape(
            linear.Path,
            (int)linear.InFeatures,
            (int)linear.OutFeatures
        ));

    private static PublicRecords Records(string path)
    {
        try
        {
            return PublicRecords.Read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"--data {path} cannot be read: {e.Message}", e);
        }
    }

    private static RunDocument Document(string path)
    {
        try
        {
            var document = RunDocumentYaml.Parse(File.ReadAllText(path), new CalibratedNoise());
            // What may be submitted without the factors may not with them: told before they are computed.
            InitialisationSection any = new() { Sha256 = new('0', 64) };
            var errors = RunDocumentRules.Validate(
                document with
                {
                    Adapter = document.Adapter with { Initialisation = any },
                }
            );
            return errors.Count == 0 ? document : throw new RunDocumentException(errors);
        }
        catch (RunDocumentException e)
        {
            throw new StartupException($"{path} is no run document for this:\n{string.Join("\n", e.Errors)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"--run {path} cannot be read: {e.Message}", e);
        }
    }

    private static void Write(string path, byte[] bytes)
    {
        var part = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(part, bytes);
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static void Print(
        ParseResult result,
        IReadOnlyList<LayerVariance> layers,
        Dictionary<string, int> pattern,
        string sha256
    )
    {
        if (result.GetValue(Json))
        {
            Output.Json(
                new
                {
                    Sha256 = sha256,
                    RankPattern = pattern,
                    Layers = layers,
                }
            );
            return;
        }

        Output.Table(
            ["LAYER", "RANK", "EXPLAINED", "TOKENS"],
            layers.Select(layer =>
                (IReadOnlyList<string>)
                    [
                        layer.Path,
                        $"{layer.Rank}",
                        layer.Explained.ToString("P1", CultureInfo.InvariantCulture),
                        layer.HasSettled ? $"{layer.Tokens}" : $"{layer.Tokens}, still turning",
                    ]
            )
        );
        var yaml = new StringBuilder(
            "\nWrite under adapter: of the run document, in place of any rankPattern there:\n\n"
        );
        if (pattern.Count > 0)
        {
            yaml.Append("  rankPattern:\n");
            foreach (var (path, rank) in pattern)
            {
                yaml.Append(CultureInfo.InvariantCulture, $"    {path}: {rank}\n");
            }
        }

        yaml.Append(CultureInfo.InvariantCulture, $"  initialisation: {{ method: eva, sha256: \"{sha256}\" }}\n");
        Console.WriteLine(yaml);
        Console.WriteLine(
            $"Then: fedsilo run submit {result.GetRequiredValue(Run)} --initial-factors {result.GetRequiredValue(Target)}"
        );
    }
}
