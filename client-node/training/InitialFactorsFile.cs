using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>The file of A factors that a run names, as it lies at this node.</summary>
internal static class InitialFactorsFile
{
    /// <summary>Where the file of a run lies.</summary>
    public static string Of(NodeHome home, string runDigest) =>
        Path.Combine(home.RunFolder(runDigest), "initial-factors.safetensors");

    /// <summary>Reads the file, and checks that it is the one that the run names.</summary>
    /// <param name="home">The node.</param>
    /// <param name="runDigest">The run.</param>
    /// <param name="run">Its document.</param>
    /// <returns>Null where the run takes its A factors from the seed.</returns>
    /// <exception cref="NodeHomeException">The file is not there yet, or is another one now.</exception>
    /// <exception cref="InvalidAdapterOptionsException">The file that the run names is no file of A factors.</exception>
    public static InitialFactors? Read(NodeHome home, string runDigest, RunDocument run)
    {
        if (run.Adapter.Initialisation is not { } named)
        {
            return null;
        }

        var path = Of(home, runDigest);
        if (!File.Exists(path))
        {
            throw new NodeHomeException($"{path}: is not there yet; it comes with the run's first version");
        }

        var initial = InitialFactors.Read(File.ReadAllBytes(path));
        return initial.Sha256 == named.Sha256
            ? initial
            : throw new NodeHomeException(
                $"{path}: has sha256 {initial.Sha256}, and the run names {named.Sha256}; delete it, and it is fetched again"
            );
    }

    /// <summary>No file that fits the run is longer.</summary>
    /// <param name="run">The run.</param>
    /// <param name="models">Model name → folder.</param>
    /// <exception cref="NodeHomeException">node.yaml names no folder for the model.</exception>
    public static long MaxByteLength(RunDocument run, IReadOnlyDictionary<string, string> models) =>
        models.TryGetValue(run.BaseModel.Name, out var folder)
            ? InitialFactors.MaxByteLength(
                ModelShapes.Of(folder).Linears,
                run.Adapter.RankPattern.Values.Append(run.Adapter.Rank).Max()
            )
            : throw new NodeHomeException(
                $"models.{run.BaseModel.Name} is missing in node.yaml: add the model's folder"
            );
}
