using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Federated.ClientNode;

/// <summary>What of this machine training may use. It changes speed and memory, never what is learnt or what it costs.</summary>
/// <param name="Device">auto | cpu | cuda | cuda:N.</param>
/// <param name="Threads">Threads of one tensor operation, ≥ 1.</param>
/// <param name="CheckpointActivations">Compute activations twice instead of keeping them: less memory, about a third more time.</param>
/// <param name="MaxTokensAtOnce">Most tokens, padding included, that one forward pass takes, ≥ 1.</param>
internal sealed record TrainingMachine(
    string Device = "auto",
    int Threads = 1,
    bool CheckpointActivations = false,
    int MaxTokensAtOnce = TrainingMachine.DefaultMaxTokensAtOnce
)
{
    /// <summary>Fits a small model in a few hundred megabytes.</summary>
    public const int DefaultMaxTokensAtOnce = 2048;

    /// <summary>The device that <see cref="Device"/> names; auto is a GPU where this build can use one.</summary>
    /// <exception cref="NodeSettingsException">Another name, or a GPU that is not there.</exception>
    public Device Resolve()
    {
        if (Device == "cpu" || (Device == "auto" && !cuda.is_available()))
        {
            return CPU;
        }

        var index = Device switch
        {
            "auto" or "cuda" => 0,
            _ when Device.StartsWith("cuda:", StringComparison.Ordinal)
                    && int.TryParse(Device.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var n) => n,
            _ => throw new NodeSettingsException("--device", [$"{Device}: expected auto, cpu, cuda or cuda:N"]),
        };
        var count = cuda.is_available() ? cuda.device_count() : 0;
        return index < count
            ? new Device(DeviceType.CUDA, index)
            : throw new NodeSettingsException(
                "--device",
                [
                    $"{Device}: this build sees {count} GPUs; use --device cpu, or build with -p:TorchBackend=cuda on a machine with a driver",
                ]
            );
    }
}
