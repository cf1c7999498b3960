using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Privacy.Mechanisms;

/// <summary>
/// Clips each unit's gradient to an L2 norm of at most maxGradNorm, jointly over all trainable parameters, and adds the results on a public
/// integer grid. One clipper serves one <see cref="PoissonBatch"/>; microbatches go into the same sum.
/// </summary>
/// <remarks>
/// Given the rows of the other units, adding or removing one unit changes the sum by one integer vector of norm at most maxGradNorm,
/// whatever the gradients are. What made the rows may round one differently, by about 1e-6 relative in float32, when the shape of the
/// batch changes with the unit: each row is clipped after that, so that its norm is at most maxGradNorm whatever the rounding, and this
/// effect on the other rows is not covered by the proof.
/// <list type="table">
/// <listheader><term>a unit's gradient g</term><description>what is added</description></listheader>
/// <item><term>‖g‖ ≤ C (1 − 1e-4)</term><description>g, rounded to the grid</description></item>
/// <item><term>‖g‖ larger</term><description>g · C′/‖g‖, rounded; C′ is C less at most 1e-4</description></item>
/// <item><term>all zero</term><description>zero</description></item>
/// <item><term>NaN or ±∞ anywhere</term><description>zero: the whole unit is dropped and counted; the count stays in this process</description></item>
/// <item><term>huge but finite</term><description>scaled like any other: norms are taken in double precision</description></item>
/// <item><term>subnormal</term><description>rounds to zero</description></item>
/// </list>
/// <list type="table">
/// <listheader><term>a microbatch</term><description>what happens</description></listheader>
/// <item><term>[0, d]</term><description>nothing; an empty batch gives a zero sum, and the noisy step is taken</description></item>
/// <item><term>0-dim, [d], [n, other], or not float32/float64</term><description><see cref="ArgumentException"/>, nothing is added</description></item>
/// <item><term>d = 0, or a bound C that is zero, negative, NaN or infinite</term><description><see cref="ArgumentOutOfRangeException"/> before anything is summed</description></item>
/// <item><term>more rows than units drawn</term><description><see cref="ArgumentException"/>: a unit would count twice</description></item>
/// </list>
/// </remarks>
public sealed class GradientClipper
{
    // A few arrays of this many doubles are all the memory that clipping takes beside the gradients.
    private const long ChunkElements = 1 << 17;

    private readonly PoissonBatch _batch;
    private readonly IntegerGrid _grid;
    private readonly long[] _sum;
    private int _rows;
    private int _withinBound;
    private bool _completed;

    /// <summary>Starts the sum of one batch.</summary>
    /// <param name="batch">The units of the step; a batch can be summed once.</param>
    /// <param name="dimension">d, the number of trainable parameters; ≥ 1.</param>
    /// <param name="maxGradNorm">C; finite and &gt; 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    /// <exception cref="InvalidOperationException">The batch was summed before.</exception>
    public GradientClipper(PoissonBatch batch, int dimension, double maxGradNorm)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        if (!(maxGradNorm > 0) || !double.IsFinite(maxGradNorm))
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxGradNorm),
                maxGradNorm,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"maxGradNorm = {maxGradNorm}; expected a finite number > 0"
                )
            );
        }

        _grid = new IntegerGrid(dimension, maxGradNorm);
        _sum = new long[dimension];
        batch.Claim();
        _batch = batch;
    }

    /// <summary>Units dropped for a NaN or infinite gradient. Private: it never leaves the node.</summary>
    internal int DroppedRows { get; private set; }

    /// <summary>Clips and adds the gradients of some units of the batch.</summary>
    /// <param name="perExampleGradients">[n, d], float32 or float64, any device; each row is one unit's own gradient.</param>
    /// <exception cref="ArgumentException">Shape or type is wrong, or there are more rows than units left; nothing is added.</exception>
    /// <exception cref="InvalidOperationException">The sum was completed before.</exception>
    public void Clip(Tensor perExampleGradients)
    {
        ArgumentNullException.ThrowIfNull(perExampleGradients);
        if (_completed)
        {
            throw new InvalidOperationException(
                "the sum of this batch is complete; the next step needs its own clipper"
            );
        }

        var shape = perExampleGradients.shape;
        if (shape.Length != 2 || shape[1] != _grid.Dimension)
        {
            throw new ArgumentException(
                $"perExampleGradients has shape [{string.Join(", ", shape)}]; expected [n, {_grid.Dimension}], one row for each unit",
                nameof(perExampleGradients)
            );
        }

        if (perExampleGradients.dtype is not (ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException(
                $"perExampleGradients is {perExampleGradients.dtype}; expected float32 or float64, since a norm in less precision is no bound",
                nameof(perExampleGradients)
            );
        }

        if (shape[0] > _batch.Indices.Length - _rows)
        {
            throw new ArgumentException(
                $"perExampleGradients has {shape[0]} rows for {_batch.Indices.Length - _rows} units left in the batch; each unit has one row",
                nameof(perExampleGradients)
            );
        }

        var rowsPerChunk = Math.Max(1, ChunkElements / _grid.Dimension);
        for (var start = 0L; start < shape[0]; start += rowsPerChunk)
        {
            AddChunk(perExampleGradients, start, Math.Min(rowsPerChunk, shape[0] - start));
        }

        _rows += (int)shape[0];
    }

    /// <summary>Ends the sum.</summary>
    /// <exception cref="InvalidOperationException">A unit of the batch has no row yet, or the sum was completed before.</exception>
    public ClippedSum Complete()
    {
        if (_completed || _rows != _batch.Indices.Length)
        {
            throw new InvalidOperationException(
                _completed
                    ? "the sum of this batch is complete"
                    : "not every unit of the batch has a row; give a zero row for a unit without a gradient"
            );
        }

        _completed = true;
        return new ClippedSum(_sum, _grid, _batch, _withinBound);
    }

    // Plain numbers are tensors, or boxes that are held: a box that is not may be collected while the call still reads it, and nothing
    // about the bound may hang on that. Tensors live until the scope ends.
    private void AddChunk(Tensor gradients, long start, long count)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var part = gradients.narrow(0, start, count);
        var rows = part.dtype == float64 ? part.clone() : part.to(float64); // [n, d]: ours, and changed in place
        var device = rows.device;
        Tensor Constant(double value) => tensor(value, float64, device);
        var norms = (rows * rows).sum([1L]).sqrt(); // [n]
        var finite = norms.isfinite();
        // A zero norm gives +∞ and is cut to the plain scale.
        var scale = minimum(Constant(_grid.RadiusBeforeRounding) / norms, Constant(1 / _grid.Unit)); // [n]
        rows.mul_(scale.unsqueeze(1)).round_();
        using var zero = 0.0.ToScalar();
        var integers = rows.masked_fill_(finite.logical_not().unsqueeze(1), zero); // [n, d]
        var largest = (integers * integers).sum([1L]).max().item<double>();
        if (!(largest <= _grid.Radius * _grid.Radius))
        {
            throw new InvalidOperationException(
                "a clipped gradient is outside the bound on the integer grid; the step is refused"
            );
        }

        _withinBound += (int)norms.le(Constant(_grid.MaxGradNorm)).sum().item<long>();
        DroppedRows += (int)(count - finite.sum().item<long>());
        // [0L], not 0: a literal 0 would pick the overload that takes a ScalarType.
        var sum = integers.sum([0L]).to(int64).cpu().data<long>();
        var at = 0;
        foreach (var value in sum)
        {
            _sum[at++] += value;
        }
    }
}
