using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>A merged adapter and what the merge did. Norms are Frobenius norms of ΔW over all layers, scales included.</summary>
/// <param name="Adapter">The adapter.</param>
/// <param name="Method">How it was merged.</param>
/// <param name="WeightSum">Σ w.</param>
/// <param name="Norm">‖Σ w ΔW‖ of the exact merge.</param>
/// <param name="DroppedTail">‖exact merge − adapter‖.</param>
/// <param name="AveragingLoss">What averaging the factors apart would leave out; null where ranks or scales differ, so that they cannot be averaged.</param>
public sealed record MergedPeft(
    PeftAdapter Adapter,
    MergeMethod Method,
    double WeightSum,
    double Norm,
    double DroppedTail,
    double? AveragingLoss
)
{
    /// <summary>DroppedTail ÷ Norm; 0 of an adapter that changes nothing.</summary>
    public double RelativeError => Norm == 0 ? 0 : DroppedTail / Norm;
}
