using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using Federated.Adapters;

namespace Federated.ClientNode;

/// <summary><c>fednode adapter personalise</c>: the owner's own continuation of a run's adapter, for use at home.</summary>
internal static class PersonaliseCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "Name of the run, or the first digits of its digest." };
        var (home, json) = (HomeOption.Home(), HomeOption.Json());
        var target = new Option<string>("--out")
        {
            Description = "The folder to write.",
            Required = true,
            HelpName = "DIR",
        };
        var steps = NumberOption.AtLeastOne("--steps", "Training steps.", 40);
        var batch = NumberOption.AtLeastOne("--batch", "Records of a step.", 16);
        var threads = NumberOption.Threads();
        var learningRate = new Option<double>("--learning-rate")
        {
            Description = "Learning rate of AdamW.",
            DefaultValueFactory = _ => 2e-3,
        };
        learningRate.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<double>() is > 0 and <= 1e3))
            {
                result.AddError("--learning-rate: expected a number > 0 and ≤ 1000");
            }
        });
        var command = new Command(
            "personalise",
            """
            Trains the newest version further on this node's own records, WITHOUT privacy, and writes it in PEFT's layout. The result may reveal
            records: it is marked "not private: do not share" and stays at home.
            Example: fednode adapter personalise amber-fox --out mine
            """
        )
        {
            run,
            home,
            target,
            steps,
            batch,
            learningRate,
            threads,
            json,
        };
        command.SetAction(
            (parsed, cancellation) =>
                CommandRun.GuardAsync(() =>
                {
                    TorchThreads.Prepare(parsed.GetValue(threads));
                    var fetched = FetchedAdapter.Open(parsed.GetValue(home)!, parsed.GetValue(run)!);
                    var folder = parsed.GetValue(target)!;
                    var (before, after) = Train(
                        fetched,
                        folder,
                        parsed.GetValue(steps),
                        parsed.GetValue(batch),
                        parsed.GetValue(learningRate),
                        new Random(RandomNumberGenerator.GetInt32(int.MaxValue)),
                        cancellation
                    );
                    Tell(fetched.Version, folder, before, after, parsed.GetValue(json));
                    return Task.FromResult(ExitCode.Ok);
                })
        );
        return command;
    }

    /// <summary>Trains, writes and judges.</summary>
    internal static (HeldOutLoss Before, HeldOutLoss After) Train(
        FetchedAdapter fetched,
        string folder,
        int steps,
        int batchSize,
        double learningRate,
        Random random,
        CancellationToken cancellation
    )
    {
        using var model = fetched.Load();
        using var records = JsonLinesRecords.Open(
            fetched.Settings.Source.Path,
            HoldOut.Open(fetched.Home, fetched.Settings.HoldOutFraction),
            cancellation
        );
        var local = fetched.Document.Local;
        var (values, residual) = fetched.Content;
        var trained = new Personalisation(
            model,
            records,
            new RecordEncoding(model.Base.TokenizerIfAny, local, model.Base.Model)
        ).Train(values, steps, batchSize, learningRate, random, cancellation);
        var losses = (
            HeldOutJudge.Loss(model, fetched.Content, records, local, cancellation),
            HeldOutJudge.Loss(model, new VersionContent(trained, residual), records, local, cancellation)
        );
        fetched.Write(folder, trained, isPrivate: false);
        return losses;
    }

    private static void Tell(long version, string folder, HeldOutLoss before, HeldOutLoss after, bool json)
    {
        var path = Path.GetFullPath(folder);
        Console.WriteLine(
            json
                ? JsonSerializer.Serialize(
                    new
                    {
                        version,
                        folder = path,
                        isPrivate = false,
                        heldOutRecords = after.Records,
                        before = after.Records > 0 ? before.NatsPerToken : (double?)null,
                        after = after.Records > 0 ? after.NatsPerToken : (double?)null,
                        accuracyBefore = before.Accuracy,
                        accuracyAfter = after.Accuracy,
                    },
                    NodeJson.Options
                )
                : $"version {version}, personalised: {after.Records} held-out records: {HeldOutWords.Change(before, after)}; written to {path}"
        );
        Console.Error.WriteLine($"fednode: {PeftFiles.NotPrivate}: this adapter may reveal records");
    }
}
