namespace Federated.Adapters;

/// <summary>Which factors of the products B A a run trains.</summary>
public enum TrainedFactors
{
    /// <summary>B alone; A stays as it began. Updates add up exactly (FFA-LoRA, Sun et al. 2024), and noise is not multiplied by noise.</summary>
    B,

    /// <summary>Both at once (Hu et al. 2021). The average of the factors is not the average of the products.</summary>
    AB,

    /// <summary>
    /// One a version: B from even base versions, A from odd ones, the other one fixed meanwhile, so that updates of one version add up
    /// exactly (RoLoRA, Chen et al. 2024).
    /// </summary>
    Alternating,

    /// <summary>
    /// The r × r core C of Q C A between two frozen orthonormal bases (a Tucker form, as in FLoRA, Si et al. 2024): updates add up exactly,
    /// and r² numbers a layer take the noise instead of out · r.
    /// </summary>
    Core,

    /// <summary>
    /// r whole columns of W, densely: B between the identity's rows of seed-chosen input channels and the output (S²FT, Yang et al. 2024).
    /// Updates add up exactly, as with a frozen A, and x Aᵀ costs nothing.
    /// </summary>
    Slices,
}
