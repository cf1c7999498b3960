using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>
/// One version's step of a server optimizer, block by block: x ← x + step(Δ), in double precision and rounded to float32 once. Element by element, so
/// that neither the size of the blocks nor their order changes a bit.
/// </summary>
/// <remarks>
/// Everything here is computed from merged updates, which are noised already: it costs no privacy. The noise makes v larger than the signal is;
/// <see cref="ServerOptimizerRule.UpdateNoise"/> takes that out.
/// </remarks>
public sealed class ServerOptimizer
{
    private readonly ServerOptimizerRule _rule;
    private readonly long _version;
    private readonly double _rate;

    /// <summary>Begins a step.</summary>
    /// <param name="rule">The optimizer.</param>
    /// <param name="state">Its state, changed in place; null for an optimizer without one.</param>
    /// <param name="noiseVariance">s² of this version's Σ c Δ; read where the rule takes noise out.</param>
    /// <param name="version">The version that is made, for errors.</param>
    public ServerOptimizer(ServerOptimizerRule rule, ServerOptimizerState? state, double noiseVariance, long version)
    {
        if (rule.HasState != (state is not null))
        {
            throw new ArgumentException($"{rule.Kind} with{(state is null ? "out" : "")} a state", nameof(state));
        }

        (_rule, State, _version) = (rule, state, version);
        state?.Advance(NoiseAfter(rule, state.Noise, noiseVariance));
        _rate = Rate(rule, state?.Steps ?? 1);
    }

    private ServerOptimizer(ServerOptimizer whole, ServerOptimizerState? part) =>
        (_rule, State, _version, _rate) = (whole._rule, part, whole._version, whole._rate);

    /// <summary>Begins the step of a plan with the state that the version before left.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="count">Number of parameters.</param>
    /// <param name="open">Opens a blob by its digest.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="InvalidDataException">The state's blob is no state of this optimizer.</exception>
    public static async Task<ServerOptimizer> BeginAsync(
        MergePlan plan,
        int count,
        OpenBlob open,
        CancellationToken cancellation
    )
    {
        var (rule, digest, noiseVariance) = plan.ServerStep;
        if (!rule.HasState)
        {
            return new(rule, null, noiseVariance, plan.Version);
        }

        if (digest is null)
        {
            return new(rule, ServerOptimizerState.Initial(rule, count), noiseVariance, plan.Version);
        }

        await using var stream = await open(digest, cancellation).ConfigureAwait(false);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellation).ConfigureAwait(false);
        var state = ServerOptimizerState.Read(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), rule, count);
        return new(rule, state, noiseVariance, plan.Version);
    }

    /// <summary>The state, after the blocks so far.</summary>
    public ServerOptimizerState? State { get; }

    /// <summary>Moves one block.</summary>
    /// <param name="values">x, changed in place.</param>
    /// <param name="gradient">Δ; as many numbers.</param>
    /// <param name="offset">Where the block begins in the layout.</param>
    /// <returns>Σ step², over the block.</returns>
    /// <exception cref="NonFiniteMergeException">A result does not fit into float32.</exception>
    public double Step(Span<float> values, ReadOnlySpan<double> gradient, int offset)
    {
        double squares;
        if (State is null)
        {
            squares = WeightedSum.Step(values, gradient, _rate);
        }
        else if (State.Second.Length == 0)
        {
            squares = Momentum(values, gradient, State.Momentum.AsSpan(offset, values.Length));
        }
        else
        {
            var second = State.Second.AsSpan(offset, values.Length);
            squares = Adaptive(values, gradient, State.Momentum.AsSpan(offset, values.Length), second);
            RequireFinite(second, offset);
        }

        RequireFinite(values, offset);
        return squares;
    }

    /// <summary>The same step over a part of the parameters, such as one factor. Hand it back with <see cref="Put"/>.</summary>
    internal ServerOptimizer Of(AdapterLayout layout, AdapterLayout part) => new(this, State?.Take(layout, part));

    /// <summary>Takes over what <see cref="Of"/> gave, after its step.</summary>
    internal void Put(AdapterLayout layout, AdapterLayout part, ServerOptimizer step) =>
        State?.Put(layout, part, step.State!);

    // What E[v] would be from noise alone: the same recursion as v, with s² in place of Δ².
    private static double NoiseAfter(ServerOptimizerRule rule, double noise, double variance) =>
        rule.UpdateNoise == 0 ? 0
        : rule.Kind == ServerOptimizerKind.Adagrad ? noise + variance
        : (rule.Beta2 * noise) + ((1 - rule.Beta2) * variance);

    private static double Rate(ServerOptimizerRule rule, long step) =>
        rule is { Kind: ServerOptimizerKind.Adam, FlowerVariant: true }
            ? rule.LearningRate * Math.Sqrt(1 - Math.Pow(rule.Beta2, step + 1)) / (1 - Math.Pow(rule.Beta1, step + 1))
            : rule.LearningRate;

    private double Momentum(Span<float> values, ReadOnlySpan<double> gradient, Span<float> momentum)
    {
        var squares = 0.0;
        for (var j = 0; j < values.Length; j++)
        {
            var m = (_rule.Beta1 * momentum[j]) + gradient[j];
            var step = _rate * m;
            momentum[j] = (float)m;
            values[j] = (float)(values[j] + step);
            squares += step * step;
        }

        return squares;
    }

    private double Adaptive(Span<float> values, ReadOnlySpan<double> gradient, Span<float> momentum, Span<float> second)
    {
        var squares = 0.0;
        var floor = _rule.Tau * _rule.Tau;
        for (var j = 0; j < values.Length; j++)
        {
            var g = gradient[j];
            var m = (_rule.Beta1 * momentum[j]) + ((1 - _rule.Beta1) * g);
            var v = Second(second[j], g * g);
            var size = _rule.UpdateNoise > 0 ? Math.Sqrt(Math.Max(v - State!.Noise, floor)) : Math.Sqrt(v) + _rule.Tau;
            var step = _rate * m / size;
            momentum[j] = (float)m;
            second[j] = (float)v;
            values[j] = (float)(values[j] + step);
            squares += step * step;
        }

        return squares;
    }

    private double Second(double v, double square) =>
        _rule.Kind switch
        {
            ServerOptimizerKind.Adagrad => v + square,
            ServerOptimizerKind.Yogi => v - ((1 - _rule.Beta2) * square * Math.Sign(v - square)),
            _ => (_rule.Beta2 * v) + ((1 - _rule.Beta2) * square),
        };

    private void RequireFinite(ReadOnlySpan<float> values, int offset)
    {
        var bad = FiniteValues.IndexOfNotFinite(values);
        if (bad >= 0)
        {
            throw new NonFiniteMergeException(_version, offset + bad);
        }
    }
}
