using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Models;

/// <summary>What a silo or a node must know of a base model before its weights are loaded, whatever its architecture.</summary>
/// <param name="Linears">The linear layers that an adapter may follow, in the model's order.</param>
/// <param name="Context">Longest record, in tokens; <see cref="int.MaxValue"/> where records are not sequences.</param>
public sealed record ModelShapes(IReadOnlyList<LinearShape> Linears, int Context)
{
    /// <summary>Reads the shapes of a model folder. Needs config.json alone, and no tensor library.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The shapes.</returns>
    /// <exception cref="InvalidCheckpointException">An unknown architecture, or a value that cannot be honoured; the message names the field.</exception>
    public static ModelShapes Of(string folder)
    {
        var config = ModelConfig.Read(folder);
        return new ModelShapes(config.Linears, config.Context);
    }
}
