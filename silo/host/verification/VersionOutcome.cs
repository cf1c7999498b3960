namespace Federated.Silo;

/// <summary>How a replay ended.</summary>
internal enum VersionOutcome
{
    /// <summary>The same bytes came out.</summary>
    Verified,

    /// <summary>Something that went into it is no longer kept.</summary>
    NotReplayable,

    /// <summary>Other bytes came out, or stored bytes have changed.</summary>
    Wrong,
}
