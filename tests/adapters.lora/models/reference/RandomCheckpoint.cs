using System.Text.Json.Nodes;
using Federated.Adapters.Checkpoints;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

/// <summary>A model folder with random weights, and the same weights as plain arrays.</summary>
internal sealed class RandomCheckpoint : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Random _random;
    private readonly Dictionary<string, long[]> _shapes = [];

    public RandomCheckpoint(string config, int seed = 5)
    {
        Config = JsonNode.Parse(config)!.AsObject();
        _random = new Random(seed);
    }

    public JsonObject Config { get; }

    public Dictionary<string, double[]> Weights { get; } = [];

    public string Folder => _folder.Path;

    public string File(string name) => _folder.File(name);

    public int Number(string field) => Config[field]!.GetValue<int>();

    /// <summary>A tensor of numbers of both signs around a middle.</summary>
    public RandomCheckpoint Add(string name, double middle, double size, params long[] shape)
    {
        var values = new double[shape.Aggregate(1L, (left, right) => left * right)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(middle + (size * ((2 * _random.NextDouble()) - 1)));
        }

        Weights.Add(name, values);
        _shapes.Add(name, shape);
        return this;
    }

    public RandomCheckpoint Linear(string name, long outFeatures, long inFeatures, bool bias)
    {
        Add($"{name}.weight", 0, 1.5 / Math.Sqrt(inFeatures), outFeatures, inFeatures);
        return bias ? Add($"{name}.bias", 0, 0.3, outFeatures) : this;
    }

    /// <summary>Writes the folder, with every name changed.</summary>
    public RandomCheckpoint Write(Func<string, string>? rename = null, ScalarType type = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        Safetensors.Write(
            File("model.safetensors"),
            Weights.Select(weight =>
                KeyValuePair.Create(
                    rename is null ? weight.Key : rename(weight.Key),
                    tensor(weight.Value.Select(value => (float)value).ToArray(), _shapes[weight.Key]).to(type)
                )
            )
        );
        System.IO.File.WriteAllText(File("config.json"), Config.ToJsonString());
        return this;
    }

    public void Dispose() => _folder.Dispose();
}
