namespace Federated.Aggregation;

/// <summary>One layer's merge by any method, from its factors in memory.</summary>
/// <remarks>
/// What the updates ask for is M = B_t A_t + Σ c_i (B_i A_i − B_s A_s) with s the version that update i started from. The c_i need not sum to one:
/// with s = t this is (1 − Σ c) B_t A_t + Σ c_i B_i A_i, where the first weight may be negative.
/// </remarks>
public sealed class LayerMerge
{
    /// <summary>Up to this stacked rank a report says what averaging would have left out; beyond it that would cost as much as a merge.</summary>
    public const int MaxReportedRank = 1024;

    private readonly FactorPair _previous;
    private readonly IReadOnlyList<LayerUpdate> _updates;

    /// <summary>Prepares a merge.</summary>
    /// <param name="previous">B_t, A_t: the version that the merge is applied to. Where an update's base is this version, its base is this object.</param>
    /// <param name="updates">The updates in merge order.</param>
    public LayerMerge(FactorPair previous, IReadOnlyList<LayerUpdate> updates)
    {
        ArgumentNullException.ThrowIfNull(previous);
        ArgumentNullException.ThrowIfNull(updates);
        (_previous, _updates) = (previous, updates);
    }

    /// <summary>B_t, A_t.</summary>
    internal FactorPair Previous => _previous;

    /// <summary>M.</summary>
    public ProductSum Exact() => AddChange(NewSum().Add(1, _previous));

    /// <summary>‖B_i A_i − B_s A_s‖_F of each update.</summary>
    public double[] UpdateNorms() =>
        [.. _updates.Select(update => NewSum().Add(1, update.After).Add(-1, update.Base).Norm())];

    /// <summary>
    /// B_i A_i − B_s A_s of each update as one product of twice the rank, ΔB A_i + B_s ΔA: nothing large cancels.
    /// </summary>
    internal IReadOnlyList<FactorPair> Changes() =>
        [
            .. _updates.Select(update => new FactorPair(
                Beside(Difference(update.After.B, update.Base.B), update.Base.B),
                Beside(update.After.A, Difference(update.After.A, update.Base.A))
            )),
        ];

    /// <summary>FedIT: B_t + Σ c (B_i − B_s) and A_t + Σ c (A_i − A_s), each factor averaged apart.</summary>
    /// <exception cref="ArgumentException">Ranks differ.</exception>
    public FactorPair Average()
    {
        var average = _previous.Copy();
        foreach (var update in _updates)
        {
            RequireRank(update.After, "after");
            RequireRank(update.Base, "base");
            average.Accumulate(update.Coefficient, update.After).Accumulate(-update.Coefficient, update.Base);
        }

        return average;
    }

    /// <summary>
    /// M − B̄ Ā: what averaging the factors apart leaves out, and what FedEx-LoRA (Singhal et al. 2025, eq. 5) publishes beside it. With one base it is
    /// Σ c_i (B_i − B_t)(A_i − A_t) − (B̄ − B_t)(Ā − A_t), in which nothing large cancels; late updates add (B_s − B_t)(A_i − A_s).
    /// </summary>
    public ProductSum AveragingLoss()
    {
        var loss = NewSum();
        foreach (var (coefficient, from, after) in _updates)
        {
            loss.Add(coefficient, new(Difference(after.B, from.B), Difference(after.A, _previous.A)));
            if (!ReferenceEquals(from, _previous))
            {
                loss.Add(coefficient, new(Difference(from.B, _previous.B), Difference(after.A, from.A)));
            }
        }

        var average = Average();
        return loss.Add(-1, new(Difference(average.B, _previous.B), Difference(average.A, _previous.A)));
    }

    /// <summary>The best product of the run's rank, aligned with the version before; what does not fit is carried to the next merge.</summary>
    /// <param name="carried">The tail that the last merge could not publish; null = none.</param>
    /// <param name="tailRank">Rank of the tail that is carried on.</param>
    /// <returns>Kept and aligned factors, the tail, and what the two leave out.</returns>
    public TruncatedProduct Svd(FactorPair? carried, int tailRank)
    {
        var sum = Exact();
        if (carried is not null)
        {
            sum.Add(1, carried);
        }

        var truncated = sum.Truncate(_previous.Rank, tailRank);
        return truncated.WithKept(Gauge.Align(Trainable(truncated), _previous));
    }

    /// <summary>Σ c (B_i A_i − B_s A_s): what stacking (FLoRA) folds into the model.</summary>
    public ProductSum Change() => AddChange(NewSum());

    // What starts at zero stays there: with B and A both zero in a component, neither has a gradient. A row of A brings it back.
    private static FactorPair Trainable(TruncatedProduct truncated)
    {
        var kept = truncated.Kept.Copy();
        var (rank, width) = (kept.Rank, kept.InFeatures);
        var rankOfSum = truncated
            .SingularValues.TakeWhile(value => value > 1e-12 * truncated.SingularValues[0])
            .Count();
        for (var k = rankOfSum; k < rank; k++)
        {
            kept.B[k].Clear();
            UnitVectorApart(kept.A, k, width);
        }

        return kept;
    }

    // The first vector of the standard basis that is not nearly spanned by the rows before, made orthogonal to them.
    private static void UnitVectorApart(VectorSet rows, int k, int width)
    {
        for (var axis = 0; axis < width; axis++)
        {
            var row = rows[k];
            row.Clear();
            row[(axis + k) % width] = 1;
            for (var pass = 0; pass < 2; pass++)
            {
                for (var i = 0; i < k; i++)
                {
                    var squares = VectorKernels.Dot(rows[i], rows[i]);
                    if (squares > 0)
                    {
                        VectorKernels.AddScaled(row, -VectorKernels.Dot(rows[i], row) / squares, rows[i]);
                    }
                }
            }

            var norm = Math.Sqrt(VectorKernels.Dot(row, row));
            if (norm > 0.5 || axis == width - 1)
            {
                foreach (ref var value in row)
                {
                    value = norm > 0 ? value / norm : 0;
                }

                return;
            }
        }
    }

    // Terms of one base are one term.
    private ProductSum AddChange(ProductSum sum)
    {
        var bases = new List<(FactorPair Pair, double Weight)>();
        foreach (var (coefficient, from, after) in _updates)
        {
            sum.Add(coefficient, after);
            var at = bases.FindIndex(known => ReferenceEquals(known.Pair, from));
            if (at < 0)
            {
                bases.Add((from, coefficient));
            }
            else
            {
                bases[at] = (from, bases[at].Weight + coefficient);
            }
        }

        foreach (var (pair, weight) in bases)
        {
            sum.Add(-weight, pair);
        }

        return sum;
    }

    private static VectorSet Beside(VectorSet left, VectorSet right)
    {
        var both = new VectorSet(left.Count + right.Count, left.Length);
        for (var k = 0; k < both.Count; k++)
        {
            (k < left.Count ? left[k] : right[k - left.Count]).CopyTo(both[k]);
        }

        return both;
    }

    private ProductSum NewSum() => new(_previous.OutFeatures, _previous.InFeatures);

    private void RequireRank(FactorPair pair, string what)
    {
        if (pair.Rank != _previous.Rank)
        {
            throw new ArgumentException(
                $"rank {pair.Rank} ({what}) beside {_previous.Rank}: factors of different ranks cannot be averaged; merge them by svd or stack"
            );
        }
    }

    private static VectorSet Difference(VectorSet left, VectorSet right)
    {
        var difference = new VectorSet(left.Count, left.Length);
        for (var k = 0; k < left.Count; k++)
        {
            left[k].CopyTo(difference[k]);
            VectorKernels.AddScaled(difference[k], -1, right[k]);
        }

        return difference;
    }
}
