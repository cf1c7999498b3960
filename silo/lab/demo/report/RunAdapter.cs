using Federated.Adapters;
using Federated.Aggregation.Grains;
using Federated.Protocol;

namespace Federated.Lab.Demo.Reports;

/// <summary>The adapter that the demo's run trains.</summary>
internal static class RunAdapter
{
    /// <summary>Reads it from the run document, and the file of A factors where the document names one.</summary>
    public static AdapterOptions Read(DemoFolder folder)
    {
        var adapter = RunDocumentYaml.Parse(File.ReadAllText(folder.RunFile)).Adapter;
        return RunDocumentReading.Options(adapter, adapter.Initialisation is null ? null : folder.ReadInitialFactors());
    }
}
