namespace Federated.Aggregation;

/// <summary>Sums up over layers what a merge reports.</summary>
internal sealed class MergeFigures(MergePlan plan)
{
    private readonly double[] _updates = new double[plan.Updates.Count];
    private double _steps;
    private double _dropped;
    private double _lost;
    private double _averaging;
    private bool _tooMany;

    /// <summary>How far the model moved.</summary>
    public double StepNorm => Math.Sqrt(_steps);

    /// <summary>Measures the updates of a layer, and what averaging would have left out of them.</summary>
    public void Add(LayerMerge layer)
    {
        var norms = layer.UpdateNorms();
        for (var i = 0; i < norms.Length; i++)
        {
            _updates[i] += norms[i] * norms[i];
        }

        var loss = layer.AveragingLoss();
        _tooMany |= loss.StackedRank > LayerMerge.MaxReportedRank;
        _averaging += _tooMany ? 0 : Math.Pow(loss.Norm(), 2);
    }

    /// <summary>Adds the figures of the next layer.</summary>
    public void Add(MergeFigures layer)
    {
        for (var i = 0; i < _updates.Length; i++)
        {
            _updates[i] += layer._updates[i];
        }

        _steps += layer._steps;
        _dropped += layer._dropped;
        _lost += layer._lost;
        _averaging += layer._averaging;
        _tooMany |= layer._tooMany;
    }

    /// <summary>Notes how far a layer moved.</summary>
    public void Move(double norm) => _steps += norm * norm;

    /// <summary>Notes what an svd merge kept and left out.</summary>
    public void Drop(TruncatedProduct truncated, double moved)
    {
        Move(moved);
        _dropped += truncated.DroppedTail * truncated.DroppedTail;
        _lost += truncated.Lost * truncated.Lost;
    }

    /// <summary>The report. An average leaves out just what averaging leaves out.</summary>
    public MergeReport Report()
    {
        double? averaging = _tooMany ? null : Math.Sqrt(_averaging);
        var isAverage = plan.Method is MergeMethod.Average or MergeMethod.Alternating;
        return new(
            plan.Method,
            isAverage ? averaging : Math.Sqrt(_dropped),
            Math.Sqrt(Math.Max(0, _dropped - _lost)),
            averaging,
            [.. _updates.Select(Math.Sqrt)]
        );
    }
}
