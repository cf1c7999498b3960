using System.Security.Cryptography;
using Federated.Adapters;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>The newest version of a run that this node has fetched, read beside a working node.</summary>
internal sealed record FetchedAdapter
{
    /// <summary>Where it lies.</summary>
    public required NodeHome Home { get; init; }

    /// <summary>The owner's settings.</summary>
    public required NodeSettings Settings { get; init; }

    /// <summary>The run.</summary>
    public required string RunDigest { get; init; }

    /// <summary>Its document.</summary>
    public required RunDocument Document { get; init; }

    /// <summary>The layout.</summary>
    public required AdapterLayout Layout { get; init; }

    /// <summary>What the version is made of.</summary>
    public required VersionContent Content { get; init; }

    /// <summary>The version, as the local report knows it.</summary>
    public required long Version { get; init; }

    /// <summary>Opens it.</summary>
    /// <param name="folder">The node's home.</param>
    /// <param name="run">Name or digest prefix.</param>
    /// <exception cref="NodeHomeException">No such run, or nothing was fetched yet.</exception>
    public static FetchedAdapter Open(string folder, string run)
    {
        var home = NodeHome.OpenToRead(folder);
        var settings = NodeSettingsYaml.Read(home.SettingsFile);
        var offers = new OfferedRuns(home, TimeProvider.System);
        var digest = offers.Find(run);
        var document = offers.Document(digest)!;
        var file = AdapterDownload.FileOf(home, digest);
        if (!File.Exists(file))
        {
            throw new NodeHomeException($"run {run}: this node has fetched no version yet; start fednode join");
        }

        if (!settings.Models.TryGetValue(document.BaseModel.Name, out var model))
        {
            throw new NodeHomeException(
                $"models.{document.BaseModel.Name} is missing in node.yaml: add the model's folder"
            );
        }

        var layout = AdaptedModel.LayoutOf(document, model, InitialFactorsFile.Read(home, digest, document));
        var bytes = File.ReadAllBytes(file);
        return new FetchedAdapter
        {
            Home = home,
            Settings = settings,
            RunDigest = digest,
            Document = document,
            Layout = layout,
            Content = Read(home, digest, bytes, layout),
            Version = LocalReport.Read(home.ReportFile(digest))?.Version ?? 0,
        };
    }

    /// <summary>Writes an adapter of this run in PEFT's layout, with the version's residual where it has one.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="values">All that the adapter holds.</param>
    /// <param name="isPrivate">False: the file is marked.</param>
    public void Write(string folder, float[] values, bool isPrivate)
    {
        var name = Document.BaseModel.Name;
        if (Content.Residual is null)
        {
            PeftFolder.Write(folder, Layout, values, name, isPrivate);
            return;
        }

        var whole = PeftAdapter.Of(Layout, values, Content.Residual, name) with { IsPrivate = isPrivate };
        whole.Write(folder);
    }

    /// <summary>The base model with the adapter on it.</summary>
    public AdaptedModel Load()
    {
        var model = AdaptedModel.Open(RunDigest, Document, Settings.Models, Layout.Options.Initial);
        model.Adapter.SetValues(Content.Values);
        model.SetResidual(Content.Residual);
        return model;
    }

    /// <summary>Loss on this node's held-out records, without and with the adapter.</summary>
    public (HeldOutLoss Before, HeldOutLoss After) Evaluate(CancellationToken cancellation)
    {
        using var model = Load();
        using var records = JsonLinesRecords.Open(
            Settings.Source.Path,
            HoldOut.Open(Home, Settings.HoldOutFraction),
            cancellation
        );
        var local = Document.Local;
        return (
            HeldOutJudge.Loss(model, null, records, local, cancellation),
            HeldOutJudge.Loss(model, Content, records, local, cancellation)
        );
    }

    private static VersionContent Read(NodeHome home, string run, byte[] bytes, AdapterLayout layout)
    {
        using var adapter = new MemoryStream(bytes);
        var values = AdapterBlob.Read(adapter, layout, AdapterBlobKind.Adapter);
        var file = AdapterDownload.ResidualFileOf(home, run, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        if (!File.Exists(file))
        {
            return new(values, null);
        }

        using var residual = File.OpenRead(file);
        return new(values, ProductsReader.ReadAll(residual, ProductsKind.Residual, layout));
    }
}
