namespace Federated.Aggregation;

/// <summary>How often-absent nodes are weighted.</summary>
public enum ParticipationMethod
{
    /// <summary>Mean participation interval (Wang &amp; Ji 2024).</summary>
    FedAu,

    /// <summary>1 for everybody: the paper's "average all".</summary>
    Uniform,
}
