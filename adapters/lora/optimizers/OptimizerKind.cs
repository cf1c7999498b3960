namespace Federated.Adapters;

/// <summary>Which optimizer a saved state belongs to.</summary>
internal enum OptimizerKind : byte
{
    Sgd = 1,
    AdamW = 2,
    MomentumSgd = 3,
    Adafactor = 4,
}
