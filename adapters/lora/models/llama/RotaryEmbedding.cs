using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>
/// Rotary position embedding (https://arxiv.org/abs/2104.09864) in the layout of Hugging Face checkpoints: dimension i turns
/// with dimension i + headDim/2 by position · frequency[i].
/// </summary>
internal sealed class RotaryEmbedding(int headDim, double theta, RopeScaling? scaling) : IDisposable
{
    private readonly double[] _frequencies = RopeFrequencies.Of(headDim, theta, scaling);
    private readonly double _size = scaling?.AttentionFactor ?? 1;
    private Tensor? _cos;
    private Tensor? _sin;

    /// <summary>Tables for positions 0..length-1, each [length, headDim]; views that live in the caller's dispose scope.</summary>
    public (Tensor Cos, Tensor Sin) Tables(long length, Device device)
    {
        if (_cos is null || _sin is null || _cos.shape[0] < length || _cos.device_type != device.type)
        {
            Dispose();
            using var scope = NewDisposeScope();
            using var untracked = no_grad();
            var angle =
                tensor([.. Enumerable.Range(0, (int)length).Select(position => (double)position)]).unsqueeze(1)
                * tensor(_frequencies);
            var both = cat([angle, angle], -1);
            _cos = both.cos().Times(_size).to(float32, device).DetachFromDisposeScope();
            _sin = both.sin().Times(_size).to(float32, device).DetachFromDisposeScope();
        }

        return (_cos.narrow(0, 0, length), _sin.narrow(0, 0, length));
    }

    /// <summary>Turns x [B, heads, T, headDim] by the tables of its T positions.</summary>
    public static Tensor Apply(Tensor x, PositionTables tables)
    {
        var halves = x.chunk(2, -1);
        return (x * tables.Cos).Plus(cat([-halves[1], halves[0]], -1) * tables.Sin);
    }

    public void Dispose()
    {
        _cos?.Dispose();
        _sin?.Dispose();
    }
}
