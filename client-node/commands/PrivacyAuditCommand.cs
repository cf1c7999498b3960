using System.CommandLine;
using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary><c>fednode privacy audit</c>: attacks this node's own mechanism and trainer, and fails when they find more than the accountant allows.</summary>
internal static class PrivacyAuditCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var options = new PrivacyAuditOptions();
        var machine = new MachineOptions();
        options.Kind.AcceptOnlyFromAmong("mechanism", "trainer", "one-run", "membership");
        var command = new Command(
            "audit",
            "Attacks this node's privacy, and exits with 1 when it finds more than is claimed; 2 when it is too small to find it. Example: fednode privacy audit --kind trainer --noise-multiplier 1 --steps 2"
        );
        foreach (var option in options.All)
        {
            command.Options.Add(option);
        }

        machine.AddTo(command);
        command.SetAction(
            (parsed, cancellation) =>
                CommandRun.GuardAsync(async () =>
                {
                    var lent = machine.Read(parsed);
                    TorchThreads.Prepare(lent.Threads);
                    var report = await RunAsync(options, parsed, lent, cancellation);
                    Console.WriteLine(parsed.GetValue(options.Json) ? AuditText.Json(report) : AuditText.Plain(report));
                    return report.Result.Holds ? ExitCode.Ok : ExitCode.Failed;
                })
        );
        return command;
    }

    private static async Task<AuditReport> RunAsync(
        PrivacyAuditOptions options,
        ParseResult parsed,
        TrainingMachine machine,
        CancellationToken cancellation
    )
    {
        NodeHome? home = null;
        string? digest = null;
        RunDocument? document = null;
        ReservedEntry? plan = null;
        int? dimension = null;
        if (parsed.GetValue(options.Run) is { } run)
        {
            home = NodeHome.OpenToRead(parsed.GetValue(options.Home)!);
            var offers = new OfferedRuns(home, TimeProvider.System);
            digest = offers.Find(run);
            document = offers.Document(digest);
            plan =
                PrivacyLedger
                    .Read(home.LedgerFile)
                    .Entries.OfType<ReservedEntry>()
                    .FirstOrDefault(entry => entry.Plan.RunDigest == digest)
                ?? throw new NodeHomeException(
                    $"run {run}: this node has not consented to it; see `fednode runs list`"
                );
            dimension = DimensionOf(home, document!);
        }

        var request = options.Request(parsed, document, plan, dimension);
        using var progress = new AuditProgress(Console.Error, !Console.IsErrorRedirected, 2L * request.Size);
        using var secure = new SecureRandomStream();
        var seeded = parsed.GetValue(options.Seed) is { } seed ? new Random((int)(seed ^ (seed >> 32))) : null;
        ulong Random() => seeded is null ? secure.NextUInt64() : (ulong)seeded.NextInt64(long.MinValue, long.MaxValue);

        // A thread of its own, also so that Ctrl-C finds this one waiting.
        using var thread = new TrainingThread();
        try
        {
            return await thread.RunAsync(() =>
            {
                var audit = new PrivacyAudit(request, progress.Report);
                if (request.Kind == AuditKind.Mechanism)
                {
                    return audit.Mechanism(cancellation);
                }

                var usesRun = home is not null && request.Kind is AuditKind.OneRun or AuditKind.Membership;
                using var subject = usesRun
                    ? AuditSubject.OfRun(home!, digest!, machine, cancellation)
                    : audit.InMemory();
                return audit.Training(subject, Random, cancellation);
            });
        }
        catch (AuditTooSmallException error)
        {
            throw new NodeSettingsException("fednode privacy audit", [error.Message]);
        }
    }

    private static int DimensionOf(NodeHome home, RunDocument document)
    {
        var models = NodeSettingsYaml.Read(home.SettingsFile).Models;
        return models.TryGetValue(document.BaseModel.Name, out var folder)
            ? (int)AdaptedModel.LayoutOf(document, folder).TrainedAt(0).Count
            : throw new NodeHomeException(
                $"models.{document.BaseModel.Name} is missing in node.yaml: add the model's folder"
            );
    }
}
