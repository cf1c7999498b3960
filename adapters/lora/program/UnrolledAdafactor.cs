using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>Adafactor as <see cref="AdafactorOptimizer"/> takes it: each factor's squares by their row and column means.</summary>
internal sealed class UnrolledAdafactor(LocalOptimizerOptions options, IReadOnlyList<MatrixBlock> blocks, Tensor start)
    : UnrolledStep(options)
{
    private readonly Tensor[] _rows = [.. blocks.Select(block => Zeros(block.Rows, start))];
    private readonly Tensor[] _columns = [.. blocks.Select(block => Zeros(block.Columns, start))];

    public override Tensor Take(int count, double rate, Tensor values, Tensor gradient) =>
        Kept(values, rate)
        - cat([.. blocks.Select((block, index) => Update(block, index, count, gradient))]).Times(rate);

    // One factor's update, [rows × columns] as a vector.
    private Tensor Update(MatrixBlock block, int index, int count, Tensor gradient)
    {
        var slope = gradient.narrow(0, block.Offset, (long)block.Rows * block.Columns).view(block.Rows, block.Columns);
        var squares = slope.square().Plus(AdafactorOptimizer.SmallestSquare);
        var decay = AdafactorOptimizer.DecayAt(count);
        _rows[index] = _rows[index].Times(decay).Plus(squares.mean([1L]).Times(1 - decay));
        _columns[index] = _columns[index].Times(decay).Plus(squares.mean([0L]).Times(1 - decay));
        var scale = _rows[index] / _rows[index].mean();
        var update = slope / (scale.unsqueeze(1) * _columns[index].unsqueeze(0)).sqrt();
        var size = Root(update.square().mean()).Over(AdafactorOptimizer.ClippingThreshold);
        using var one = tensor(1.0, size.dtype, size.device);
        return (update / maximum(size, one)).view(-1);
    }

    private static Tensor Zeros(int length, Tensor like) => zeros(length, like.dtype, like.device);
}
