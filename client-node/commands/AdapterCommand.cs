using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Adapters.Text;

namespace Federated.ClientNode;

/// <summary><c>fednode adapter inspect | eval | generate | export | personalise</c>: what this node can do with the newest version it has fetched.</summary>
internal static class AdapterCommand
{
    /// <summary>The command.</summary>
    public static Command Create() =>
        new("adapter", "The newest adapter version of a run on this node.")
        {
            Inspect(),
            Evaluate(),
            Generate(),
            Export(),
            PersonaliseCommand.Create(),
        };

    private static Command Inspect()
    {
        var (run, home, json) = (Run(), HomeOption.Home(), HomeOption.Json());
        var command = new Command("inspect", "Shape and size. Example: fednode adapter inspect amber-fox")
        {
            run,
            home,
            json,
        };
        command.SetAction(parsed =>
            CommandRun.Guard(() =>
            {
                var adapter = FetchedAdapter.Open(parsed.GetValue(home)!, parsed.GetValue(run)!);
                var norm = Math.Sqrt(adapter.Content.Values.Sum(value => (double)value * value));
                Console.WriteLine(
                    parsed.GetValue(json)
                        ? JsonSerializer.Serialize(
                            new
                            {
                                runDigest = adapter.RunDigest,
                                version = adapter.Version,
                                layoutDigest = adapter.Layout.Digest,
                                elements = adapter.Layout.Count,
                                norm,
                                tensors = adapter.Layout.Tensors.Select(t => new
                                {
                                    t.Path,
                                    t.Rank,
                                    t.InFeatures,
                                    t.OutFeatures,
                                }),
                            },
                            NodeJson.Options
                        )
                        : string.Create(
                            CultureInfo.InvariantCulture,
                            $"version {adapter.Version}: {adapter.Layout.Count} elements in {adapter.Layout.Tensors.Count} layers, rank {adapter.Document.Adapter.Rank}, ‖B‖ = {norm:G5}"
                        )
                );
                return ExitCode.Ok;
            })
        );
        return command;
    }

    private static Command Evaluate()
    {
        var (run, home, json, threads) = (Run(), HomeOption.Home(), HomeOption.Json(), NumberOption.Threads());
        var command = new Command(
            "eval",
            "Loss, and a classifier's accuracy, on this node's held-out records, without and with the adapter. Example: fednode adapter eval amber-fox"
        )
        {
            run,
            home,
            json,
            threads,
        };
        command.SetAction(
            (parsed, cancellation) =>
                CommandRun.GuardAsync(() =>
                {
                    TorchThreads.Prepare(parsed.GetValue(threads));
                    var adapter = FetchedAdapter.Open(parsed.GetValue(home)!, parsed.GetValue(run)!);
                    var (before, after) = adapter.Evaluate(cancellation);
                    Console.WriteLine(
                        parsed.GetValue(json)
                            ? JsonSerializer.Serialize(new { before, after }, NodeJson.Options)
                            : $"{before.Records} held-out records: {HeldOutWords.Change(before, after)}"
                    );
                    return Task.FromResult(ExitCode.Ok);
                })
        );
        return command;
    }

    private static Command Generate()
    {
        var (run, home, threads) = (Run(), HomeOption.Home(), NumberOption.Threads());
        var prompt = new Option<string>("--prompt") { Description = "The text to continue.", Required = true };
        var tokens = NumberOption.AtLeastOne("--tokens", "Most tokens to add.", 48);
        var chat = new Option<bool>("--chat")
        {
            Description = "The prompt is a message; the model answers it by its own chat template.",
        };
        var command = new Command(
            "generate",
            "Continues a text with the adapter, or answers a message. Example: fednode adapter generate amber-fox --prompt \"Gets the\""
        )
        {
            run,
            home,
            prompt,
            tokens,
            chat,
            threads,
        };
        command.SetAction(
            (parsed, cancellation) =>
                CommandRun.GuardAsync(() =>
                {
                    TorchThreads.Prepare(parsed.GetValue(threads));
                    var fetched = FetchedAdapter.Open(parsed.GetValue(home)!, parsed.GetValue(run)!);
                    using var model = fetched.Load();
                    var generator = new TextGenerator(model.Base.LanguageModel, model.Base.Tokenizer);
                    var (text, count) = (parsed.GetValue(prompt)!, parsed.GetValue(tokens));
                    Console.WriteLine(
                        parsed.GetValue(chat)
                            ? generator.Answer([new ChatMessage("user", text)], count, cancellationToken: cancellation)
                            : text + generator.Continue(text, count, cancellationToken: cancellation)
                    );
                    return Task.FromResult(ExitCode.Ok);
                })
        );
        return command;
    }

    private static Command Export()
    {
        var (run, home) = (Run(), HomeOption.Home());
        var target = new Option<string>("--out")
        {
            Description = "The folder to write.",
            Required = true,
            HelpName = "DIR",
        };
        var command = new Command(
            "export",
            "Writes the adapter in PEFT's layout. Example: fednode adapter export amber-fox --out adapter"
        )
        {
            run,
            home,
            target,
        };
        command.SetAction(parsed =>
            CommandRun.Guard(() =>
            {
                var adapter = FetchedAdapter.Open(parsed.GetValue(home)!, parsed.GetValue(run)!);
                var folder = parsed.GetValue(target)!;
                var isPrivate = adapter.Document.Privacy.Mechanism == "gaussian";
                adapter.Write(folder, adapter.Content.Values, isPrivate);
                Console.WriteLine($"version {adapter.Version} written to {Path.GetFullPath(folder)}");
                if (!isPrivate)
                {
                    Console.Error.WriteLine(
                        "fednode: this run was NOT private: the adapter may reveal records, do not share it"
                    );
                }

                return ExitCode.Ok;
            })
        );
        return command;
    }

    private static Argument<string> Run() =>
        new("RUN") { Description = "Name of the run, or the first digits of its digest." };
}
