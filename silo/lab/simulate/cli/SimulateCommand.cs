using System.CommandLine;
using System.Globalization;
using Federated.Aggregation;
using Federated.Protocol;
using Federated.Silo;

namespace Federated.Lab.Simulate;

/// <summary><c>fedlab simulate</c>.</summary>
internal static class SimulateCommand
{
    private const string Text = """
        Runs one document with many virtual nodes on virtual time, through the silo's own code: nothing is weighed, merged or closed by
        anything else than in a real federation. The same options always end with the same bytes.

        Examples:
          fedlab simulate --nodes 250 --versions 500 --participation markov --compare fedau,fedavg,uniform
          fedlab simulate run.yaml --nodes 100 --delays lognormal:5m:0.8 --stragglers 0.1 --dir simulation-1
        Ctrl-C stops; what --dir holds goes on with --resume, and fedsilo verify --data DIR/silo replays it.
        Exit codes: 0 ok, 1 failed, 2 usage or configuration, 5 interrupted.
        """;

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var document = new Argument<string?>("run.yaml")
        {
            Description =
                "The run document. Its participants are replaced by the virtual nodes, and for synthetic tasks its base model and adapter by the task's. Without it: whoever is there within ten minutes, as in the FedAU paper.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var task = new Option<string>("--task")
        {
            Description =
                "What is learnt: digits (images with labels, synthetic unless --data), text (the document's language model), quadratic (each node pulls towards its own centre: coordination only).",
            DefaultValueFactory = _ => "digits",
        };
        task.AcceptOnlyFromAmong("digits", "text", "quadratic");
        var data = new Option<string?>("--data")
        {
            Description =
                "digits: a folder with digits.csv.gz (8 × 8) or MNIST files (*-images-idx3-ubyte.gz). text: a folder with one .jsonl file for each source; without it, API documentation.",
            HelpName = "DIR",
        };
        var model = new Option<string?>("--model")
        {
            Description = "text: the folder of the document's base model (the one that comes with fedlab).",
            HelpName = "DIR",
        };
        var nodes = Whole("--nodes", "Virtual nodes.", 250);
        var versions = new Option<int?>("--versions")
        {
            Description = "Versions to publish; default: rounds.versions of the document, 200 without one.",
        };
        var participation = new Option<string>("--participation")
        {
            Description =
                "bernoulli, markov[:q] (q = 0.05), cyclic[:C] (C = 100 rounds), or trace:FILE with rows round,node.",
            DefaultValueFactory = _ => "bernoulli",
        };
        var mean = Share("--mean-participation", "Mean probability of taking part in a round.", 0.1);
        var floor = Share("--min-participation", "The smallest one.", 0.02);
        var uniform = new Option<bool>("--uniform-participation")
        {
            Description = "All nodes have the mean; otherwise it goes with their data, as in the FedAU paper.",
        };
        var label = new Option<double>("--label-concentration")
        {
            Description = "α of the Dirichlet distribution of labels over nodes: small = unlike each other.",
            DefaultValueFactory = _ => 0.1,
        };
        var delays = new Option<string>("--delays")
        {
            Description = "How long work takes: constant:60s, exponential:60s (mean), lognormal:60s:0.5 (median, σ).",
            DefaultValueFactory = _ => "constant:60s",
        };
        var stragglers = Share("--stragglers", "Share of the nodes that are always slow.", 0);
        var factor = new Option<double>("--straggler-factor")
        {
            Description = "How many times as long they take.",
            DefaultValueFactory = _ => 10,
        };
        var dropOut = Share("--drop-out", "Share of the work that is lost with its machine.", 0);
        var seed = new Option<long>("--seed")
        {
            Description = "Seed of keys, participation, times, data and noise.",
            DefaultValueFactory = _ => 1,
        };
        var compare = new Option<string[]>("--compare")
        {
            Description =
                $"Run these participation methods on the same trace: {string.Join(',', ParticipationMethods.Names)}. Without it, the document's own.",
            AllowMultipleArgumentsPerToken = true,
            CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(','))],
        };
        var directory = new Option<string?>("--dir")
        {
            Description = "Reports, and a silo's data folder: durable, so that it can be resumed and verified.",
            HelpName = "DIR",
        };
        var output = new Option<string?>("--out")
        {
            Description = "Reports only: faster, and not resumable.",
            HelpName = "DIR",
        };
        var resume = new Option<bool>("--resume") { Description = "Go on with what --dir holds." };
        var evaluate = Whole("--evaluate-every", "Versions from one evaluation to the next.", 1);
        var threads = Whole("--threads", "Updates that are computed at the same time.", Environment.ProcessorCount);
        var json = new Option<bool>("--json") { Description = "Print one JSON document on standard output." };
        var command = new Command("simulate", Text)
        {
            document,
            task,
            data,
            model,
            nodes,
            versions,
            participation,
            mean,
            floor,
            uniform,
            label,
            delays,
            stragglers,
            factor,
            dropOut,
            seed,
            compare,
            directory,
            output,
            resume,
            evaluate,
            threads,
            json,
        };
        command.SetAction(
            (parsed, cancellation) =>
                GuardedAsync(
                    () =>
                        new SimulateOptions
                        {
                            Document = parsed.GetValue(document),
                            Task = parsed.GetRequiredValue(task),
                            Data = parsed.GetValue(data),
                            Model = parsed.GetValue(model),
                            Nodes = parsed.GetValue(nodes),
                            Versions = parsed.GetValue(versions),
                            Participation = parsed.GetRequiredValue(participation),
                            Population = new()
                            {
                                MeanParticipation = parsed.GetValue(mean),
                                ParticipationFloor = parsed.GetValue(floor),
                                Uniform = parsed.GetValue(uniform),
                                LabelConcentration = parsed.GetValue(label),
                            },
                            Times = Times(parsed.GetRequiredValue(delays)) with
                            {
                                StragglerShare = parsed.GetValue(stragglers),
                                StragglerFactor = parsed.GetValue(factor),
                                DropOut = parsed.GetValue(dropOut),
                            },
                            Seed = parsed.GetValue(seed),
                            Compare = parsed.GetValue(compare) ?? [],
                            Directory = parsed.GetValue(directory),
                            Output = parsed.GetValue(output),
                            Resume = parsed.GetValue(resume),
                            EvaluateEvery = parsed.GetValue(evaluate),
                            Threads = parsed.GetValue(threads),
                            Json = parsed.GetValue(json),
                        },
                    cancellation
                )
        );
        return command;
    }

    private static WorkTimeOptions Times(string text)
    {
        try
        {
            return WorkTimeOptions.Parse(text);
        }
        catch (FormatException error)
        {
            throw new SimulationException($"--delays {error.Message}", isUsage: true);
        }
    }

    private static async Task<int> GuardedAsync(Func<SimulateOptions> read, CancellationToken cancellation)
    {
        string? directory = null;
        try
        {
            var options = read();
            directory = options.Directory;
            await SimulationRun.RunAsync(options, Console.Out, Console.Error, cancellation);
            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(
                directory is null
                    ? "Interrupted. Nothing was kept: name a --dir to be able to go on."
                    : "Interrupted. To go on: the same command with --resume."
            );
            return ExitCode.Interrupted;
        }
        catch (Exception error)
            when (error
                    is SimulationException
                        or StartupException
                        or RunDocumentException
                        or IOException
                        or UnauthorizedAccessException
                        or InvalidDataException
            )
        {
            await Console.Error.WriteLineAsync($"fedlab simulate: {error.Message}");
            var isUsage = error is SimulationException { IsUsage: true } or RunDocumentException or StartupException;
            return isUsage ? ExitCode.Usage : ExitCode.Failed;
        }
    }

    private static Option<int> Whole(string name, string description, int value)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var given) && given < 1)
            {
                result.AddError($"{name} {given}: expected at least 1.");
            }
        });
        return option;
    }

    private static Option<double> Share(string name, string description, double value)
    {
        var option = new Option<double>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (
                result.Tokens is [var token]
                && double.TryParse(token.Value, CultureInfo.InvariantCulture, out var given)
                && given is not (>= 0 and <= 1)
            )
            {
                result.AddError($"{name} {token.Value}: expected a share from 0 to 1.");
            }
        });
        return option;
    }
}
