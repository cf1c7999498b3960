using System.Text.Json;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Models;

/// <summary>Which safetensors files of a folder hold the weights: those of model.safetensors.index.json where there is one, otherwise all.</summary>
internal static class WeightFiles
{
    public const string IndexName = "model.safetensors.index.json";

    /// <summary>Lists the files, sorted by name.</summary>
    /// <exception cref="InvalidCheckpointException">No file, an index that is no index, or one that names a file that is not beside it.</exception>
    public static IReadOnlyList<string> Of(string folder)
    {
        var index = Path.Combine(folder, IndexName);
        IEnumerable<string> files = File.Exists(index)
            ? Indexed(index).Values.Distinct().Select(name => Path.Combine(folder, name))
            : Directory.GetFiles(folder, "*.safetensors");
        string[] sorted = [.. files.Order(StringComparer.Ordinal)];
        return sorted.Length > 0
            ? sorted
            : throw new InvalidCheckpointException(
                $"{folder} has no *.safetensors file; other weight formats are not read."
            );
    }

    /// <summary>Refuses an index that names another file for a tensor than the one that holds it.</summary>
    public static void RequireAsIndexed(string folder, IReadOnlyList<SafetensorsReader> files)
    {
        var index = Path.Combine(folder, IndexName);
        if (!File.Exists(index))
        {
            return;
        }

        var named = Indexed(index);
        foreach (var file in files)
        {
            foreach (var tensor in file.Tensors)
            {
                if (!named.TryGetValue(tensor.Name, out var shard) || shard != Path.GetFileName(file.Path))
                {
                    throw new InvalidCheckpointException(
                        $"{file.Path} holds the tensor '{tensor.Name}'; {IndexName} says it is in {shard ?? "no file"}."
                    );
                }
            }
        }
    }

    private static Dictionary<string, string> Indexed(string index)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(index));
            var map = document.RootElement.GetProperty("weight_map").EnumerateObject();
            var files = map.ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!);
            foreach (var file in files.Values.Distinct())
            {
                if (file != Path.GetFileName(file) || !file.EndsWith(".safetensors", StringComparison.Ordinal))
                {
                    throw new InvalidCheckpointException(
                        $"{index}: weight_map names '{file}', which is not the name of a safetensors file beside it."
                    );
                }

                if (!File.Exists(Path.Combine(Path.GetDirectoryName(index)!, file)))
                {
                    throw new InvalidCheckpointException($"{index}: weight_map names '{file}', which is not there.");
                }
            }

            return files;
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidCheckpointException($"{index} is no index of weights: {error.Message}", error);
        }
    }
}
