namespace Federated.ClientNode;

/// <summary>Which bytes of a run are meant.</summary>
internal enum RunBlob
{
    /// <summary>The adapter of a version.</summary>
    Adapter,

    /// <summary>The frozen products beside the adapter of a version.</summary>
    Residual,

    /// <summary>The file of A factors that the run document names; the same for all versions.</summary>
    InitialFactors,
}
