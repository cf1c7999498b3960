using System.CommandLine;
using System.Globalization;
using Federated.Aggregation;

namespace Federated.Lab.Simulate;

/// <summary>The command line of <c>fedlab simulate</c>.</summary>
internal sealed class SimulateCommandLine
{
    private readonly Argument<string?> _document = new("run.yaml")
    {
        Description =
            "The run document. Its participants are replaced by the virtual nodes, and for synthetic tasks its base model and adapter by the task's. Without it: whoever is there within ten minutes, as in the FedAU paper.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _task = new("--task")
    {
        Description =
            "What is learnt: digits (images with labels, synthetic unless --data), text (the document's language model), quadratic (each node pulls towards its own centre: coordination only).",
        DefaultValueFactory = _ => "digits",
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description =
            "digits: a folder with digits.csv.gz (8 × 8) or MNIST files (*-images-idx3-ubyte.gz). text: a folder with one .jsonl file for each source; without it, API documentation.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _model = new("--model")
    {
        Description = "text: the folder of the document's base model (the one that comes with fedlab).",
        HelpName = "DIR",
    };

    private readonly Option<int> _nodes = Whole("--nodes", "Virtual nodes.", 250);

    private readonly Option<int?> _versions = new("--versions")
    {
        Description = "Versions to publish; default: rounds.versions of the document, 200 without one.",
    };

    private readonly Option<string> _participation = new("--participation")
    {
        Description =
            "bernoulli, markov[:q] (q = 0.05), cyclic[:C] (C = 100 rounds), or trace:FILE with rows round,node.",
        DefaultValueFactory = _ => "bernoulli",
    };

    private readonly Option<double> _mean = Share(
        "--mean-participation",
        "Mean probability of taking part in a round.",
        0.1
    );

    private readonly Option<double> _floor = Share("--min-participation", "The smallest one.", 0.02);

    private readonly Option<bool> _uniform = new("--uniform-participation")
    {
        Description = "All nodes have the mean; otherwise it goes with their data, as in the FedAU paper.",
    };

    private readonly Option<double> _label = new("--label-concentration")
    {
        Description = "α of the Dirichlet distribution of labels over nodes: small = unlike each other.",
        DefaultValueFactory = _ => 0.1,
    };

    private readonly Option<string> _delays = new("--delays")
    {
        Description = "How long work takes: constant:60s, exponential:60s (mean), lognormal:60s:0.5 (median, σ).",
        DefaultValueFactory = _ => "constant:60s",
    };

    private readonly Option<double> _stragglers = Share("--stragglers", "Share of the nodes that are always slow.", 0);

    private readonly Option<double> _factor = new("--straggler-factor")
    {
        Description = "How many times as long they take.",
        DefaultValueFactory = _ => 10,
    };

    private readonly Option<double> _dropOut = Share(
        "--drop-out",
        "Share of the work that is lost with its machine.",
        0
    );

    private readonly Option<long> _seed = new("--seed")
    {
        Description = "Seed of keys, participation, times, data and noise.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<string[]> _compare = new("--compare")
    {
        Description =
            $"Run these participation methods on the same trace: {string.Join(',', ParticipationMethods.Names)}. Without it, the document's own.",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(','))],
    };

    private readonly Option<string?> _directory = new("--dir")
    {
        Description = "Reports, and a silo's data folder: durable, so that it can be resumed and verified.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _output = new("--out")
    {
        Description = "Reports only: faster, and not resumable.",
        HelpName = "DIR",
    };

    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with what --dir holds." };

    private readonly Option<int> _evaluate = Whole("--evaluate-every", "Versions from one evaluation to the next.", 1);

    private readonly Option<int> _threads = Whole(
        "--threads",
        "Updates that are computed at the same time.",
        Environment.ProcessorCount
    );

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON document on standard output." };

    public SimulateCommandLine() => _task.AcceptOnlyFromAmong("digits", "text", "quadratic");

    /// <summary>All of it, as the help shows it.</summary>
    public void AddTo(Command command)
    {
        command.Add(_document);
        Option[] options =
        [
            _task,
            _data,
            _model,
            _nodes,
            _versions,
            _participation,
            _mean,
            _floor,
            _uniform,
            _label,
            _delays,
            _stragglers,
            _factor,
            _dropOut,
            _seed,
            _compare,
            _directory,
            _output,
            _resume,
            _evaluate,
            _threads,
            _json,
        ];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>What the user asked for.</summary>
    /// <exception cref="SimulationException">The delays are none.</exception>
    public SimulateOptions Read(ParseResult parsed) =>
        new SimulateOptions
        {
            Document = parsed.GetValue(_document),
            Task = parsed.GetRequiredValue(_task),
            Data = parsed.GetValue(_data),
            Model = parsed.GetValue(_model),
            Nodes = parsed.GetValue(_nodes),
            Versions = parsed.GetValue(_versions),
            Participation = parsed.GetRequiredValue(_participation),
            Population = new()
            {
                MeanParticipation = parsed.GetValue(_mean),
                ParticipationFloor = parsed.GetValue(_floor),
                Uniform = parsed.GetValue(_uniform),
                LabelConcentration = parsed.GetValue(_label),
            },
            Times = Times(parsed.GetRequiredValue(_delays)) with
            {
                StragglerShare = parsed.GetValue(_stragglers),
                StragglerFactor = parsed.GetValue(_factor),
                DropOut = parsed.GetValue(_dropOut),
            },
            Seed = parsed.GetValue(_seed),
            Compare = parsed.GetValue(_compare) ?? [],
            Directory = parsed.GetValue(_directory),
            Output = parsed.GetValue(_output),
            Resume = parsed.GetValue(_resume),
            EvaluateEvery = parsed.GetValue(_evaluate),
            Threads = parsed.GetValue(_threads),
            Json = parsed.GetValue(_json),
        };

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
