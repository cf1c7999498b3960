using System.Globalization;
using System.Text.Json;
using Federated.Privacy.Accounting;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Federated.ClientNode;

/// <summary>node.yaml as text: written once with a comment for each decision, read and checked at every start.</summary>
internal static class NodeSettingsYaml
{
    /// <summary>Reads a home's settings. Relative paths are relative to the file.</summary>
    /// <exception cref="NodeSettingsException">Everything that is wrong, at once.</exception>
    public static NodeSettings Read(string file) =>
        Parse(File.ReadAllText(file), file, Path.GetDirectoryName(Path.GetFullPath(file))!);

    /// <summary>Parses and checks settings.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="file">Named in errors.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <exception cref="NodeSettingsException">Everything that is wrong, at once.</exception>
    public static NodeSettings Parse(string yaml, string file, string folder)
    {
        var errors = new List<string>();
        var root = new YamlFields(Root(yaml, file), "", errors);
        var silo = root.Text("silo");
        var address = silo is null ? null : SiloAddress.TryParse(silo, out var why) ?? Refuse(root, "silo", silo, why);
        var name = root.Text("name");

        var source = root.Section("source");
        var sourceName = source.Text("name");
        var data = source.Text("path");
        var declared = source.Number(
            "declaredRecords",
            n => n is >= 1 and <= int.MaxValue && n == Math.Floor(n),
            "a whole number ≥ 1"
        );
        var subjects = source.Number(
            "declaredSubjects",
            n => n is >= 1 and <= int.MaxValue && n == Math.Floor(n),
            "a whole number ≥ 1",
            required: false
        );
        var composition = Composition(source);
        var sharedWith = source.Texts("sharedWith");
        if (sourceName is not null && sharedWith.Contains(sourceName))
        {
            source.Add(
                "sharedWith",
                $"names {sourceName} itself",
                "name other sources that hold some of the same records"
            );
        }

        var budget = source.Section("budget");
        var epsilon = budget.Number("epsilon", n => n > 0, "ε > 0");
        var delta = budget.Number("delta", n => n is > 0 and < 1, "0 < δ < 1");
        if ((subjects ?? declared) is { } count && delta > 1 / count)
        {
            var unit = subjects is null ? "Records" : "Subjects";
            budget.Add(
                "delta",
                $"is {delta}",
                $"expected at most 1 ÷ declared{unit} = {1 / count}, or whole {unit.ToLowerInvariant()} could be exposed"
            );
        }

        var modelFields = root.Section("models");
        var models = modelFields.Keys.ToDictionary(key => key, key => modelFields.Text(key));

        var policyFields = root.Section("policy");
        var policy = Policy(policyFields);
        var holdOut = root.Section("holdOut");
        var fraction =
            holdOut.Number("fraction", n => n is >= 0 and <= 0.5, "0 ≤ fraction ≤ 0.5", required: false) ?? 0.1;

        foreach (var section in new[] { root, source, budget, policyFields, holdOut })
        {
            section.RefuseUnknown();
        }

        return errors.Count > 0
            ? throw new NodeSettingsException(file, errors)
            : new NodeSettings
            {
                Silo = address!,
                Name = name!,
                Source = new SourceSettings
                {
                    Name = sourceName!,
                    Path = Path.GetFullPath(data!, folder),
                    DeclaredRecords = (int)declared!,
                    DeclaredSubjects = (int?)subjects,
                    Epsilon = epsilon!.Value,
                    Delta = delta!.Value,
                    Composition = composition,
                    SharedWith = sharedWith,
                },
                Models = models.ToDictionary(model => model.Key, model => Path.GetFullPath(model.Value!, folder)),
                Policy = policy,
                HoldOutFraction = fraction,
            };
    }

    /// <summary>The settings as a commented file.</summary>
    public static string Write(NodeSettings settings)
    {
        var models = settings.Models.Select(model => $"  {Quote(model.Key)}: {Quote(model.Value)}\n");
        return $"""
            # What this node does, and what it never does, is decided here and by nobody else.
            silo: {Quote(settings.Silo.ToString())}
            name: {Quote(settings.Name)}

            source:
              # The name of the data: its privacy ledger stays with the name, whatever happens to the file.
              name: {Quote(settings.Source.Name)}
              path: {Quote(settings.Source.Path)}
              # About how many records: a coarse number that you choose. Runs are priced with it; it must not follow the data.
              declaredRecords: {Number(settings.Source.DeclaredRecords)}
              # About how many people, where each record says whom it is about ("subject"): then runs protect a person with all records.
              {(
                settings.Source.DeclaredSubjects is { } people
                    ? $"declaredSubjects: {Number(people)}"
                    : "# declaredSubjects: 100"
            )}
              # What all runs together may cost any one record (or person).
              budget:
                epsilon: {Number(settings.Source.Epsilon)}
                delta: {Number(settings.Source.Delta)}
              # basic: what the runs cost adds up | renyi: better for many runs. The first run fixes it for good.
              composition: {settings.Source.Composition.ToString().ToLowerInvariant()}
              # Other sources of this node that hold some of the same records: each run is charged to all of them.
              sharedWith: [{string.Join(", ", settings.Source.SharedWith.Select(Quote))}]

            # Base model name: folder with config.json, model.safetensors and the tokenizer.
            models:{(settings.Models.Count == 0 ? " {}\n" : "\n")}{string.Concat(models)}
            policy:
              # ask: `fednode runs approve` | list: only policy.runs | auto: whatever this policy and the budget allow
              consent: {settings.Policy.Consent.ToString().ToLowerInvariant()}
              runs: [{string.Join(", ", settings.Policy.Runs.Select(Quote))}]
              {(
                settings.Policy.MaxEpsilonPerRun is { } most
                    ? $"maxEpsilonPerRun: {Number(most)}"
                    : "# maxEpsilonPerRun: 4"
            )}
              # Runs without real noise protect nobody: for public data only.
              allowTestNoise: {Flag(settings.Policy.AllowTestNoise)}
              allowNonPrivate: {Flag(settings.Policy.AllowNonPrivate)}
              # Whether runs may ask for noised losses on the held-out records; they cost ε, and tell the declared number of records.
              allowMetrics: {Flag(settings.Policy.AllowMetrics)}
              # Whether a run may weigh this node by its declared number of records, which the silo learns then.
              shareDeclaredRecords: {Flag(settings.Policy.ShareDeclaredRecords)}
              # Whether heartbeats tell the operator this node's ε numbers; they tell the declared number of records as well.
              showEpsilon: {Flag(settings.Policy.ShowEpsilon)}

            # Share of records that are never trained on: they judge the model on this machine.
            holdOut:
              fraction: {Number(settings.HoldOutFraction)}

            """;
    }

    private static PlanComposition Composition(YamlFields source)
    {
        switch (source.Text("composition", required: false))
        {
            case null or "basic":
                return PlanComposition.Basic;
            case "renyi":
                return PlanComposition.Renyi;
            case var other:
                source.Add("composition", $"is {other}", "expected basic or renyi");
                return PlanComposition.Basic;
        }
    }

    private static PolicySettings Policy(YamlFields fields)
    {
        var consent = fields.Text("consent", required: false) ?? "ask";
        var mode = consent switch
        {
            "ask" => ConsentMode.Ask,
            "list" => ConsentMode.List,
            "auto" => ConsentMode.Auto,
            _ => (ConsentMode?)null,
        };
        if (mode is null)
        {
            fields.Add("consent", $"is {consent}", "expected ask, list or auto");
        }

        return new PolicySettings
        {
            Consent = mode ?? ConsentMode.Ask,
            Runs = fields.Texts("runs"),
            MaxEpsilonPerRun = fields.Number("maxEpsilonPerRun", n => n > 0, "ε > 0", required: false),
            AllowTestNoise = fields.Flag("allowTestNoise", otherwise: false),
            AllowNonPrivate = fields.Flag("allowNonPrivate", otherwise: false),
            AllowMetrics = fields.Flag("allowMetrics", otherwise: false),
            ShareDeclaredRecords = fields.Flag("shareDeclaredRecords", otherwise: false),
            ShowEpsilon = fields.Flag("showEpsilon", otherwise: false),
        };
    }

    private static YamlMappingNode Root(string yaml, string file)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents is [{ RootNode: YamlMappingNode root }]
                ? root
                : throw new NodeSettingsException(
                    file,
                    ["is not one YAML mapping: write silo, name, source, models, policy"]
                );
        }
        catch (YamlException error)
        {
            throw new NodeSettingsException(file, [$"line {error.Start.Line} is not YAML: {error.Message}"]);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // The parser loses its own thread on some texts.
            throw new NodeSettingsException(file, ["is not YAML: look for a bracket or a brace that is not closed"]);
        }
    }

    private static Uri? Refuse(YamlFields fields, string field, string value, string? why)
    {
        fields.Add(field, $"is {value}", why!);
        return null;
    }

    // JSON strings and numbers are YAML.
    private static string Quote(string text) => JsonSerializer.Serialize(text);

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Flag(bool flag) => flag ? "true" : "false";
}
