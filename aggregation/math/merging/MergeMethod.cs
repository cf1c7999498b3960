namespace Federated.Aggregation;

/// <summary>How updates of low-rank factors become the next adapter. M is what they ask for: B_t A_t + Σ c_i (B_i A_i − B_s A_s).</summary>
public enum MergeMethod
{
    /// <summary>A is frozen and B summed: M exactly (FFA-LoRA, Sun et al. 2024).</summary>
    Ffa,

    /// <summary>One factor is trained in a version, and summed: M exactly where all updates are of that version (RoLoRA, Chen et al. 2024).</summary>
    Alternating,

    /// <summary>The best product of the run's rank (FlexLoRA, Bai et al. 2024); what does not fit is carried to the next merge.</summary>
    Svd,

    /// <summary>M exactly: all products stacked into a residual beside a new adapter (FLoRA, Wang et al. 2024).</summary>
    Stack,

    /// <summary>M exactly: each factor averaged, and what that leaves out as a residual (FedEx-LoRA, Singhal et al. 2025).</summary>
    Fedex,

    /// <summary>Each factor averaged, whatever that leaves out (FedIT, Zhang et al. 2024): what others do, to compare with.</summary>
    Average,
}
