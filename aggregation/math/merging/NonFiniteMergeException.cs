namespace Federated.Aggregation;

/// <summary>Finite updates have added up to something that float32 cannot hold: the version cannot be published.</summary>
public sealed class NonFiniteMergeException(long version, int index)
    : Exception(
        $"version {version}: element {index} of the merged adapter is not finite; lower aggregation.serverOptimizer.learningRate or set a weightCap"
    );
