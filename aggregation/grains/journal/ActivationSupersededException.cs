namespace Federated.Aggregation.Grains;

/// <summary>
/// The grain's view of its stream was overtaken, or its last append has an unknown outcome: the activation ends and the next one
/// reads the journal. The caller repeats its call, which is harmless.
/// </summary>
[GenerateSerializer]
[Alias("federated.activation-superseded")]
public sealed class ActivationSupersededException : Exception
{
    /// <summary>Says which stream.</summary>
    public ActivationSupersededException(string message)
        : base(message) { }
}
