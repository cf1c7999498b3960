using System.CommandLine;
using System.Globalization;
using Federated.Adapters;
using Federated.Adapters.Checkpoints;

namespace Federated.Lab.Pretrain;

/// <summary>fedlab pretrain: a base model from the documentation that every .NET SDK brings.</summary>
public static class PretrainCommand
{
    private const int Failed = 1;
    private const int Usage = 2;
    private const int Interrupted = 5;

    /// <summary>Creates the command.</summary>
    /// <returns>The command, ready to be added to a root.</returns>
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "Folder to write the model to.", Required = true };
        var steps = Whole("--steps", "Optimiser steps.", 5000);
        var batch = Whole("--tokens-per-batch", "Most tokens of a batch.", 4096);
        var length = Whole("--max-length", "Longest sequence, in tokens.", 256);
        var vocabulary = Whole(
            "--vocabulary",
            "Ids of the tokenizer, at least 258: two special tokens and the bytes.",
            2048,
            258
        );
        var width = Whole("--width", "Width of the model.", 192);
        var inner = Whole("--inner-width", "Width of its feed-forward blocks.", 448);
        var layers = Whole("--layers", "Number of layers.", 3);
        var heads = Whole("--heads", "Query heads; they divide the width.", 6);
        var keyValueHeads = Whole("--key-value-heads", "Key and value heads; they divide the query heads.", 2);
        var matrixRate = Number("--matrix-rate", "Peak learning rate of Muon.", 0.02);
        var otherRate = Number("--other-rate", "Peak learning rate of AdamW (embedding and norms).", 0.005);
        var decay = Number("--weight-decay", "Decoupled weight decay of the matrices.", 0.1);
        var seed = Whole("--seed", "Seed of first weights and order.", 1);
        var bfloat16 = new Option<bool>("--bfloat16")
        {
            Description = "Compute large products in bfloat16: faster where the processor has units for it.",
        };
        var resume = new Option<bool>("--resume") { Description = "Go on from the state in the output folder." };
        var command = new Command(
            "pretrain",
            "Trains a small LLaMA and its tokenizer from scratch on the XML documentation of the installed .NET reference packs.\n"
                + "Example: fedlab pretrain --out base-docs --steps 5000\n"
                + "Ctrl-C saves the state; the same command with --resume goes on."
        )
        {
            output,
            steps,
            batch,
            length,
            vocabulary,
            width,
            inner,
            layers,
            heads,
            keyValueHeads,
            matrixRate,
            otherRate,
            decay,
            seed,
            bfloat16,
            resume,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                Task.Run(
                    () =>
                        Run(
                            new PretrainOptions
                            {
                                Output = parsed.GetRequiredValue(output),
                                Steps = parsed.GetValue(steps),
                                TokensPerBatch = parsed.GetValue(batch),
                                MaxSequenceLength = parsed.GetValue(length),
                                VocabularySize = parsed.GetValue(vocabulary),
                                Width = parsed.GetValue(width),
                                InnerWidth = parsed.GetValue(inner),
                                Layers = parsed.GetValue(layers),
                                Heads = parsed.GetValue(heads),
                                KeyValueHeads = parsed.GetValue(keyValueHeads),
                                MatrixRate = parsed.GetValue(matrixRate),
                                OtherRate = parsed.GetValue(otherRate),
                                WeightDecay = parsed.GetValue(decay),
                                Seed = parsed.GetValue(seed),
                                Bfloat16 = parsed.GetValue(bfloat16),
                                Resume = parsed.GetValue(resume),
                            },
                            cancellationToken
                        ),
                    CancellationToken.None
                )
        );
        return command;
    }

    private static int Run(PretrainOptions options, CancellationToken cancellationToken)
    {
        if (
            options.Width % options.Heads != 0
            || options.Width / options.Heads % 2 != 0
            || options.Heads % options.KeyValueHeads != 0
        )
        {
            Console.Error.WriteLine(
                $"--heads {options.Heads} must divide --width {options.Width} into heads of even width, and --key-value-heads {options.KeyValueHeads} must divide --heads."
            );
            return Usage;
        }

        try
        {
            TorchThreads.Prepare(1);
            var report = new PretrainingRun(options, TimeProvider.System, Console.Out).Run(cancellationToken);
            Console.WriteLine(
                FormattableString.Invariant(
                    $"held out: {report.ModelPerCharacter:F4} nats/character, token 5-gram {report.TokenNgramPerCharacter:F4}, character 5-gram {report.CharacterNgramPerCharacter:F4}; saved {report.Saved:P1}"
                )
            );
            Console.WriteLine($"model and model card: {Path.GetFullPath(options.Output)}");
            return 0;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine(
                $"Interrupted. To go on: the same command with --resume (state in {options.Output})."
            );
            return Interrupted;
        }
        catch (Exception error)
            when (error
                    is IOException
                        or InvalidDataException
                        or UnauthorizedAccessException
                        or InvalidCheckpointException
            )
        {
            Console.Error.WriteLine(error.Message);
            return Failed;
        }
    }

    private static Option<int> Whole(string name, string description, int value, int least = 1)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (
                result.Tokens is [var token]
                && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var given)
                && given < least
            )
            {
                result.AddError($"{name} must be at least {least}.");
            }
        });
        return option;
    }

    private static Option<double> Number(string name, string description, double value)
    {
        var option = new Option<double>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (
                result.Tokens is [var token]
                && double.TryParse(token.Value, CultureInfo.InvariantCulture, out var given)
                && given is not (>= 0 and < double.PositiveInfinity)
            )
            {
                result.AddError($"{name} must be a number ≥ 0.");
            }
        });
        return option;
    }
}
