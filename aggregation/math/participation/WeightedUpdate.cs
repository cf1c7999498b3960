using System.Text.Json.Serialization;

namespace Federated.Aggregation;

/// <summary>A fresh update with its coefficient: the only thing a merge takes.</summary>
public sealed record WeightedUpdate
{
    [JsonConstructor]
    internal WeightedUpdate(
        string nodeId,
        long baseVersion,
        string digest,
        long staleness,
        double scale,
        double weight,
        double coefficient,
        double clip = 1
    )
    {
        NodeId = nodeId;
        BaseVersion = baseVersion;
        Digest = digest;
        Staleness = staleness;
        Scale = scale;
        Weight = weight;
        Coefficient = coefficient;
        Clip = clip;
    }

    /// <summary>The node.</summary>
    public string NodeId { get; }

    /// <summary>The version the update was computed from.</summary>
    public long BaseVersion { get; }

    /// <summary>SHA-256 of the bytes to merge.</summary>
    public string Digest { get; }

    /// <summary>τ in versions.</summary>
    public long Staleness { get; }

    /// <summary>Factor for lateness. (0, 1].</summary>
    public double Scale { get; }

    /// <summary>ω: the node's participation weight.</summary>
    public double Weight { get; }

    /// <summary>c: what the update is multiplied with before the server optimizer. q · ω · scale · clip ÷ updates of the node in this version, q = 1 ÷ N or a declared share.</summary>
    public double Coefficient { get; }

    /// <summary>Factor of the norm bound. (0, 1]; 1 = the update is short enough.</summary>
    public double Clip { get; }

    /// <summary>The identity inside the run.</summary>
    [JsonIgnore]
    public UpdateKey Key => new(NodeId, BaseVersion);

    internal WeightedUpdate With(double coefficient) =>
        new(NodeId, BaseVersion, Digest, Staleness, Scale, Weight, coefficient, Clip);
}
