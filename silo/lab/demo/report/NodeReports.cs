using Federated.ClientNode;
using Federated.Lab.Demo.Data;
using Federated.Lab.Demo.Runs;

namespace Federated.Lab.Demo.Reports;

/// <summary>Gathers what only this machine can see together: each node's own local report, and the silo's journal.</summary>
internal static class NodeReports
{
    /// <summary>One entry per organisation, read from its node's home; never from the silo.</summary>
    /// <exception cref="DemoException">A node has no finished report.</exception>
    public static OrganisationReport Read(Organisation organisation, string home, string nodeId, string runDigest)
    {
        var file = Path.Combine(home, "reports", runDigest + ".json");
        if (LocalReport.Read(file) is not { Before: { } before, After: { } after } report)
        {
            throw new DemoException(
                ExitCode.Failed,
                $"{organisation.Name}: no finished report at {file}; see its log beside."
            );
        }

        return new OrganisationReport(
            organisation.Name,
            nodeId,
            organisation.Records,
            new HeldOutChange(
                after.Records,
                after.Tokens,
                after.Characters,
                before.NatsPerToken * before.Tokens,
                after.NatsPerToken * after.Tokens
            ),
            report.EpsilonReserved ?? 0,
            report.EpsilonOfStepsDone ?? 0,
            report.EpsilonBudget,
            report.Delta,
            report.BytesSent,
            report.BytesReceived,
            report.Updates
        );
    }

    /// <summary>The merged updates of all versions, by the names of their organisations.</summary>
    public static IReadOnlyList<MergedUpdate> Merged(
        IReadOnlyList<VersionStatus> versions,
        IReadOnlyDictionary<string, string> nameOfNode
    ) =>
        [
            .. versions.SelectMany(version =>
                version.Updates.Select(update => new MergedUpdate(
                    version.Version,
                    nameOfNode[update.NodeId],
                    update.BaseVersion,
                    update.Staleness,
                    update.Weight,
                    update.Coefficient
                ))
            ),
        ];
}
