namespace Federated.Aggregation;

/// <summary>Every reason for which a node is refused, by stage. The names travel; they are never changed.</summary>
public enum RejectionReason
{
    // ---- before anything else: who calls, and with what

    /// <summary>The node's protocol version is not served; it must update.</summary>
    UnsupportedProtocol,

    /// <summary>The invitation is unknown, used up or expired.</summary>
    InvalidInvitation,

    /// <summary>No such node has joined.</summary>
    UnknownNode,

    /// <summary>The call's signature or time is wrong.</summary>
    BadCallSignature,

    /// <summary>The node's ledger is older than what it has shown before, or another one: it was restored from a backup.</summary>
    LedgerRolledBack,

    /// <summary>No such run.</summary>
    UnknownRun,

    /// <summary>The silo is about to move the run, or waits for its store.</summary>
    Unavailable,

    // ---- the run and the node

    /// <summary>The run has not begun.</summary>
    RunNotRunning,

    /// <summary>The run is completed, failed or cancelled.</summary>
    RunEnded,

    /// <summary>The node has not accepted the run's document, or may not take part.</summary>
    NodeNotAdmitted,

    /// <summary>The operator has suspended the node.</summary>
    NodeSuspended,

    // ---- the header

    /// <summary>The update is for another run.</summary>
    OtherRun,

    /// <summary>The update is from before a restored backup.</summary>
    OtherEpoch,

    /// <summary>The base version has not been published.</summary>
    UnknownBaseVersion,

    /// <summary>The base version has another digest than the one trained from.</summary>
    OtherBaseDigest,

    /// <summary>The base is older than maxStaleness allows.</summary>
    BaseTooOld,

    /// <summary>
    /// Another update of this node from this base has been accepted: a second training would average the noise away. Or it was this
    /// one, and it was dropped when the node was suspended.
    /// </summary>
    AlreadyAccepted,

    /// <summary>The open version is being merged; the next one takes the update.</summary>
    VersionClosing,

    /// <summary>More bytes than an update of this run has.</summary>
    TooLarge,

    /// <summary>Fewer bytes than an update of this run has.</summary>
    TooSmall,

    /// <summary>A digest is not 64 lowercase hexadecimal digits.</summary>
    MalformedDigest,

    // ---- the attestation

    /// <summary>The attestation cannot be read.</summary>
    MalformedAttestation,

    /// <summary>The attestation is not signed by the node's key.</summary>
    BadAttestationSignature,

    /// <summary>The attestation is about another update, run, base or node.</summary>
    AttestationOfOther,

    /// <summary>The attested mechanism is not the run's: mechanism, σ, C, divisor, steps, unit or adjacency.</summary>
    MechanismMismatch,

    /// <summary>The attestation says "not private" and the run demands privacy.</summary>
    NotPrivate,

    // ---- the bytes

    /// <summary>The bytes are not here.</summary>
    BytesMissing,

    /// <summary>The bytes have another digest.</summary>
    DigestMismatch,

    /// <summary>The bytes are not an update in a form this silo reads.</summary>
    MalformedUpdate,

    /// <summary>The update is for other layers, ranks or shapes.</summary>
    OtherLayout,

    /// <summary>The update contains NaN or an infinity.</summary>
    NonFinite,
}
