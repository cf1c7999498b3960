using Federated.Adapters;
using Federated.Adapters.Models;

namespace Federated.Lab.Demo.Reports;

/// <summary>Puts a trained adapter on its base model.</summary>
internal static class AdapterFolder
{
    /// <summary>The layout that a run's adapter has on the base model in a folder.</summary>
    public static AdapterLayout Layout(string modelFolder, AdapterOptions adapter) =>
        AdapterLayout.For(ModelShapes.Of(modelFolder).Linears, adapter);

    /// <summary>Reads a PEFT folder and attaches it; the caller disposes it before the model.</summary>
    public static LoraAdapter Attach(BaseModel model, string folder, AdapterOptions adapter)
    {
        var layout = Layout(model.Folder, adapter);
        var lora = new LoraAdapter(model.Model, layout);
        lora.SetValues(PeftFolder.Read(folder, layout));
        return lora;
    }
}
