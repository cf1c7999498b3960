using System.CommandLine;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>The command line of <c>fednode join</c>, and the node.yaml that it makes on first use.</summary>
internal sealed class JoinOptions
{
    /// <summary>Address of the silo.</summary>
    public Argument<string?> Silo { get; } =
        new("URL")
        {
            Description = "Address of the silo. Plain http only on this machine.",
            Arity = ArgumentArity.ZeroOrOne,
        };

    /// <summary>Invitation.</summary>
    public Option<string?> Token { get; } = new("--token") { Description = "An operator's invitation; needed once." };

    /// <summary>Data file.</summary>
    public Option<string?> Data { get; } =
        new("--data")
        {
            Description =
                "The records: JSONL, one a line: {\"text\": …}, with a \"label\" for classifiers, {\"prompt\": …, \"completion\": …} or {\"messages\": […]}.",
            HelpName = "FILE",
        };

    /// <summary>Home folder.</summary>
    public Option<string> Home { get; } = HomeOption.Home();

    /// <summary>Name for people.</summary>
    public Option<string?> Name { get; } = new("--name") { Description = "A name for people. Default: the machine's." };

    /// <summary>Name of the data.</summary>
    public Option<string?> Source { get; } =
        new("--source") { Description = "A name for the data: its ledger's account." };

    /// <summary>Coarse record count.</summary>
    public Option<int?> DeclaredRecords { get; } =
        new("--declared-records")
        {
            Description = "About how many records: a coarse number that you choose. It must not follow the data.",
            HelpName = "N",
        };

    /// <summary>Coarse number of subjects.</summary>
    public Option<int?> DeclaredSubjects { get; } =
        new("--declared-subjects")
        {
            Description =
                "About how many people, where each record has a \"subject\": then a person with all records is protected.",
            HelpName = "N",
        };

    /// <summary>Budget.</summary>
    public Option<double> Epsilon { get; } =
        new("--epsilon") { Description = "ε that all runs together may cost.", DefaultValueFactory = _ => 4 };

    /// <summary>Budget.</summary>
    public Option<double> Delta { get; } =
        new("--delta") { Description = "δ of all runs together.", DefaultValueFactory = _ => 1e-5 };

    /// <summary>How plans add up.</summary>
    public Option<string> Composition { get; } =
        new("--composition")
        {
            Description =
                "How the costs of runs add up: basic, or renyi for many runs. The first run fixes it for good.",
            DefaultValueFactory = _ => "basic",
            CompletionSources = { "basic", "renyi" },
        };

    /// <summary>Models.</summary>
    public Option<string[]> Model { get; } =
        new("--model")
        {
            Description = "A base model's name and its Hugging Face folder. May be repeated.",
            HelpName = "NAME=FOLDER",
        };

    /// <summary>Consent.</summary>
    public Option<string> Consent { get; } =
        new("--consent")
        {
            Description = "Who says yes to a run: ask, list or auto.",
            DefaultValueFactory = _ => "ask",
            CompletionSources = { "ask", "list", "auto" },
        };

    /// <summary>Allows seeded noise.</summary>
    public Option<bool> AllowTestNoise { get; } =
        new("--allow-test-noise") { Description = "Allow runs with seeded noise. They protect nobody." };

    /// <summary>Allows no noise.</summary>
    public Option<bool> AllowNonPrivate { get; } =
        new("--allow-non-private") { Description = "Allow runs without noise. They protect nobody." };

    /// <summary>Allows noised metrics.</summary>
    public Option<bool> AllowMetrics { get; } =
        new("--allow-metrics") { Description = "Allow noised, charged losses on held-out records." };

    /// <summary>Tells the declared count.</summary>
    public Option<bool> ShareDeclaredRecords { get; } =
        new("--share-declared-records")
        {
            Description = "Allow runs that weigh nodes by their declared records, and tell them this node's number.",
        };

    /// <summary>Shows ε to the operator.</summary>
    public Option<bool> ShowEpsilon { get; } =
        new("--show-epsilon") { Description = "Let the operator see the ledger's ε numbers." };

    /// <summary>Ends with the run.</summary>
    public Option<bool> UntilEnded { get; } =
        new("--until-ended") { Description = "End when the run has ended, instead of waiting for the next." };

    /// <summary>Evaluates each version.</summary>
    public Option<bool> ReportEveryVersion { get; } =
        new("--report-every-version")
        {
            Description = "Judge every version on the held-out records, not only the last.",
        };

    /// <summary>Takes the data over from a home that is gone.</summary>
    public Option<bool> AdoptData { get; } =
        new("--adopt-data")
        {
            Description =
                "The records are this home's now: the one that the marker beside them names is gone for good. What it spent is not in this ledger.",
        };

    /// <summary>What of this machine training may use.</summary>
    public MachineOptions Machine { get; } = new();

    /// <summary>Names of options that were given, and that a home reads only until it has joined.</summary>
    public IReadOnlyList<string> OnlyUntilJoined(ParseResult parsed)
    {
        Option[] read =
        [
            Data,
            Name,
            Source,
            DeclaredRecords,
            DeclaredSubjects,
            Epsilon,
            Delta,
            Composition,
            Model,
            Consent,
            AllowTestNoise,
            AllowNonPrivate,
            AllowMetrics,
            ShareDeclaredRecords,
            ShowEpsilon,
        ];
        return [.. read.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
    }

    /// <summary>Settings for a home that has none, or that has not joined yet: what is given here goes before what was given then.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="earlier">What node.yaml says; null where there is none.</param>
    /// <param name="folder">The home's folder, named in errors.</param>
    /// <exception cref="NodeSettingsException">Everything that is missing or wrong, at once.</exception>
    public NodeSettings Settings(ParseResult parsed, NodeSettings? earlier, string folder)
    {
        var errors = new List<string>();
        var silo = parsed.GetValue(Silo);
        string? why = null;
        var address = silo is null ? earlier?.Silo : SiloAddress.TryParse(silo, out why);
        if (address is null)
        {
            errors.Add(silo is null ? "URL is missing: give the address of the silo" : $"URL {silo}: {why}");
        }

        var data = parsed.GetValue(Data) is { } file ? Path.GetFullPath(file) : earlier?.Source.Path;
        if (data is null)
        {
            errors.Add("--data is missing: name the JSONL file with the records");
        }

        // The sampling rate is public and fixed by this number: one that is counted from the file would give away a record more or less.
        var declared = Given(DeclaredRecords, earlier?.Source.DeclaredRecords);
        if (declared is null)
        {
            errors.Add(
                "--declared-records is missing: give a coarse number that you choose, about how many records; it must not follow the data"
            );
        }

        var consent = Given(Consent, earlier?.Policy.Consent.ToString());
        if (!Enum.TryParse<ConsentMode>(consent, ignoreCase: true, out var mode))
        {
            errors.Add($"--consent {consent}: expected ask, list or auto");
        }

        var composition = Given(Composition, earlier?.Source.Composition.ToString());
        if (!Enum.TryParse<PlanComposition>(composition, ignoreCase: true, out var plans) || !Enum.IsDefined(plans))
        {
            errors.Add($"--composition {composition}: expected basic or renyi");
        }

        var models = Models(parsed, earlier, errors);
        if (errors.Count > 0)
        {
            throw new NodeSettingsException($"join, first use of {folder}", errors);
        }

        var policy = earlier?.Policy ?? new PolicySettings();
        var settings = new NodeSettings
        {
            Silo = address!,
            Name = Given(Name, earlier?.Name) ?? Environment.MachineName,
            Source = new SourceSettings
            {
                Name = parsed.GetValue(Source) ?? SourceName(data!, earlier?.Source),
                Path = data!,
                DeclaredRecords = declared!.Value,
                DeclaredSubjects = Given(DeclaredSubjects, earlier?.Source.DeclaredSubjects),
                Epsilon = Given(Epsilon, earlier?.Source.Epsilon ?? 0),
                Delta = Given(Delta, earlier?.Source.Delta ?? 0),
                Composition = plans,
                SharedWith = earlier?.Source.SharedWith ?? [],
            },
            Models = models,
            Policy = policy with
            {
                Consent = mode,
                AllowTestNoise = Given(AllowTestNoise, policy.AllowTestNoise),
                AllowNonPrivate = Given(AllowNonPrivate, policy.AllowNonPrivate),
                AllowMetrics = Given(AllowMetrics, policy.AllowMetrics),
                ShareDeclaredRecords = Given(ShareDeclaredRecords, policy.ShareDeclaredRecords),
                ShowEpsilon = Given(ShowEpsilon, policy.ShowEpsilon),
            },
            HoldOutFraction = earlier?.HoldOutFraction ?? NodeSettings.DefaultHoldOutFraction,
        };
        // The same checks as for a file that an owner has edited.
        return NodeSettingsYaml.Parse(NodeSettingsYaml.Write(settings), $"join, first use of {folder}", folder);

        T? Given<T>(Option<T> option, T? before) =>
            earlier is null || parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : before;
    }

    // A name that was only the file's follows the file.
    private static string SourceName(string data, SourceSettings? earlier) =>
        earlier is not null && earlier.Name != Path.GetFileNameWithoutExtension(earlier.Path)
            ? earlier.Name
            : Path.GetFileNameWithoutExtension(data);

    private Dictionary<string, string> Models(ParseResult parsed, NodeSettings? earlier, List<string> errors)
    {
        var models = new Dictionary<string, string>(earlier?.Models ?? new Dictionary<string, string>());
        foreach (var model in parsed.GetValue(Model) ?? [])
        {
            if (model.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } folder])
            {
                errors.Add($"--model {model}: expected NAME=FOLDER");
            }
            else if (!File.Exists(Path.Combine(folder, "config.json")))
            {
                errors.Add(
                    $"--model {model}: {Path.GetFullPath(folder)} has no config.json; name a Hugging Face folder with config.json, *.safetensors and the tokenizer's files"
                );
            }
            else
            {
                models[name] = Path.GetFullPath(folder);
            }
        }

        return models;
    }
}
