using TorchSharp;

namespace Federated.Adapters.Checkpoints;

/// <summary>The tensors of one safetensors file in memory. Owns them: dispose it when they have been copied.</summary>
public sealed class SafetensorsFile : IDisposable
{
    internal SafetensorsFile(
        IReadOnlyDictionary<string, torch.Tensor> tensors,
        IReadOnlyDictionary<string, string> metadata
    )
    {
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>Tensors by name, on the CPU, in the dtype of the file, outside every dispose scope.</summary>
    public IReadOnlyDictionary<string, torch.Tensor> Tensors { get; }

    /// <summary>The free text entries of the header; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
