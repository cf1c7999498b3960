using Federated.Adapters;
using Federated.Lab.Demo.Runs;

namespace Federated.Lab.Demo.Reports;

/// <summary>Puts the report together once the run has ended: from the nodes' own reports, the silo's journal and the adapter.</summary>
internal static class FinalReport
{
    /// <summary>The report.</summary>
    /// <exception cref="DemoException">A node has no finished report.</exception>
    public static async Task<DemoReport> GatherAsync(
        OperatorClient silo,
        DemoFolder folder,
        DemoState state,
        RunStatus ended,
        string modelFolder,
        double seconds,
        CancellationToken cancellationToken
    )
    {
        var nodes = await silo.NodesAsync(cancellationToken);
        var idOf = nodes.ToDictionary(node => node.Name, node => node.NodeId);
        var nameOf = nodes.ToDictionary(node => node.NodeId, node => node.Name);
        var adapter = RunAdapter.Read(folder);
        OrganisationReport[] organisations =
        [
            .. state.Organisations.Select(organisation =>
                NodeReports.Read(organisation, folder.Node(organisation.Name), idOf[organisation.Name], ended.RunDigest)
            ),
        ];

        TorchThreads.Prepare(Environment.ProcessorCount);

        // The sample comes from where the adapter helps most: there a reader sees what it has learnt.
        var gained = organisations.MinBy(o => o.HeldOut.PerTokenAfter - o.HeldOut.PerTokenBefore)!;
        var sampled = state.Organisations.First(organisation => organisation.Name == gained.Name);
        var prompt = AdapterSample.Prompt(sampled.RecordsFile, DemoPreparation.SplitKey(state.Seed));
        return new DemoReport
        {
            Run = ended.Name,
            RunDigest = ended.RunDigest,
            Outcome = ended.State,
            Seconds = seconds,
            Versions = ended.PublishedVersion,
            AdapterParameters = AdapterFolder.Layout(modelFolder, adapter).Count,
            ModelParameters = ModelSize.Parameters(modelFolder),
            Organisations = organisations,
            Merged = NodeReports.Merged(await silo.VersionsAsync(ended.RunDigest, cancellationToken), nameOf),
            Sample = AdapterSample.Continue(modelFolder, folder.Adapter, adapter, prompt, cancellationToken),
            AdapterFolder = folder.Adapter,
            Next = NextSteps.For(folder, sampled.Name),
        };
    }
}
