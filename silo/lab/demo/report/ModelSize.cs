using Federated.Adapters.Models;

namespace Federated.Lab.Demo.Reports;

/// <summary>How much full fine-tuning would have to move.</summary>
internal static class ModelSize
{
    /// <summary>Values in the base model.</summary>
    public static long Parameters(string modelFolder)
    {
        using var model = BaseModel.Load(modelFolder);
        return model.Model.parameters().Sum(parameter => parameter.numel());
    }
}
