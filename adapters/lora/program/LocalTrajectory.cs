namespace Federated.Adapters;

/// <summary>θ on its way through a <see cref="LocalProgram"/>: takes noisy gradients one after the other. No tensors, the same bits on the same build.</summary>
public sealed class LocalTrajectory
{
    private readonly float[] _start;
    private readonly float[] _values;
    private readonly float[] _sum; // of the noisy gradients of the optimizer step that is under way
    private readonly LocalOptimizer _optimizer;

    /// <summary>Starts at a base.</summary>
    /// <param name="program">The program.</param>
    /// <param name="trained">What is trained; see <see cref="AdapterLayout.TrainedAt"/>.</param>
    /// <param name="baseVersion">The base's version, ≥ 0.</param>
    /// <param name="start">θ₀: what <paramref name="trained"/> holds.</param>
    /// <exception cref="ArgumentException">The program is out of range, or another number of values.</exception>
    public LocalTrajectory(LocalProgram program, AdapterLayout trained, long baseVersion, ReadOnlySpan<float> start)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentOutOfRangeException.ThrowIfNegative(baseVersion);
        program.Require();
        if (start.Length != trained.Count)
        {
            throw new ArgumentException($"{start.Length} values; the layout has {trained.Count}.", nameof(start));
        }

        Program = program;
        BaseVersion = baseVersion;
        _start = start.ToArray();
        _values = start.ToArray();
        _sum = new float[start.Length];
        _optimizer = LocalOptimizer.Create(program.Optimizer, trained);
    }

    /// <summary>The program.</summary>
    public LocalProgram Program { get; }

    /// <summary>The base's version.</summary>
    public long BaseVersion { get; }

    /// <summary>Noisy gradients taken, 0 … <see cref="LocalProgram.Steps"/>.</summary>
    public int Gradients { get; private set; }

    /// <summary>θ now, [d].</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Takes the next noisy gradient.</summary>
    /// <param name="gradient">[d].</param>
    /// <exception cref="ArgumentException">Another number of numbers; nothing is changed.</exception>
    /// <exception cref="InvalidOperationException">The program is over.</exception>
    public void Take(ReadOnlySpan<float> gradient)
    {
        if (gradient.Length != _values.Length)
        {
            throw new ArgumentException($"a gradient of {gradient.Length}; expected {_values.Length}.");
        }

        if (Gradients == Program.Steps)
        {
            throw new InvalidOperationException($"the program is over after {Program.Steps} gradients");
        }

        for (var i = 0; i < _sum.Length; i++)
        {
            _sum[i] += gradient[i];
        }

        Gradients++;
        if (Gradients % Program.Accumulation == 0)
        {
            Step();
        }
    }

    /// <summary>Δ = θ − θ₀, [d].</summary>
    public float[] Delta()
    {
        var delta = new float[_values.Length];
        for (var i = 0; i < delta.Length; i++)
        {
            delta[i] = _values[i] - _start[i];
        }

        return delta;
    }

    /// <summary>The state, so that another process can go on to the bit: made of noisy gradients and public numbers alone.</summary>
    /// <returns>Bytes for <see cref="Restore"/>.</returns>
    public byte[] Save() => TrajectoryState.Write(Gradients, _values, _sum, _optimizer.Save());

    /// <summary>Goes on where <see cref="Save"/> left off, on a trajectory of the same program and base.</summary>
    /// <param name="state">The bytes.</param>
    /// <exception cref="InvalidDataException">They are no state of such a trajectory; nothing is changed.</exception>
    public void Restore(ReadOnlySpan<byte> state)
    {
        var saved = TrajectoryState.Read(state, _values.Length);
        if (saved.Gradients > Program.Steps || saved.Gradients < 0)
        {
            throw new InvalidDataException(
                $"Trajectory: {saved.Gradients} gradients; the program has {Program.Steps}."
            );
        }

        _optimizer.Restore(saved.Optimizer);
        saved.Values.CopyTo(_values, 0);
        saved.Sum.CopyTo(_sum, 0);
        Gradients = saved.Gradients;
    }

    private void Step()
    {
        var share = 1f / Program.Accumulation;
        var pull = (float)Program.Proximal;
        for (var i = 0; i < _sum.Length; i++)
        {
            // The casts keep the products rounded: no fused multiply-add, whatever the processor.
            _sum[i] = (float)(_sum[i] * share) + (float)(pull * (_values[i] - _start[i]));
        }

        _optimizer.Step(_values, _sum, Program.RateAt(BaseVersion, (Gradients / Program.Accumulation) - 1));
        Array.Clear(_sum);
    }
}
