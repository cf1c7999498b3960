namespace Federated.Adapters;

/// <summary>Which optimizer a node's local program uses. All numbers are public.</summary>
/// <param name="Name">sgd | adamw | adafactor.</param>
/// <param name="LearningRate">Finite and &gt; 0.</param>
/// <param name="WeightDecay">Decoupled (Loshchilov &amp; Hutter 2019): each step first multiplies by 1 − learningRate · weightDecay. ≥ 0.</param>
/// <param name="Beta1">adamw: decay of the mean of gradients. [0, 1).</param>
/// <param name="Beta2">adamw: decay of the mean of squared gradients. [0, 1).</param>
/// <param name="Epsilon">adamw: added to the root. &gt; 0.</param>
/// <param name="Momentum">sgd: share of the earlier steps that is kept, as PyTorch does it (no dampening). [0, 1).</param>
public sealed record LocalOptimizerOptions(
    string Name,
    double LearningRate,
    double WeightDecay = 0,
    double Beta1 = 0.9,
    double Beta2 = 0.999,
    double Epsilon = 1e-8,
    double Momentum = 0
);
