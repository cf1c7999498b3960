namespace Federated.ClientNode;

/// <summary>Where the answer to an offered run stands.</summary>
internal enum ConsentAnswer
{
    /// <summary>Offered; the owner has not answered.</summary>
    Pending,

    /// <summary>Yes, reserved or not yet: the ledger says which.</summary>
    Accepted,

    /// <summary>No.</summary>
    Declined,

    /// <summary>Accepted once; the run is over.</summary>
    Ended,
}
