namespace Federated.Adapters;

/// <summary>Why bytes are not the blob that was expected.</summary>
public enum AdapterBlobFault
{
    /// <summary>They do not begin as a blob does.</summary>
    NotABlob,

    /// <summary>Another version of the format.</summary>
    UnsupportedVersion,

    /// <summary>An adapter where an update was expected, or the other way round.</summary>
    WrongKind,

    /// <summary>Elements other than float32.</summary>
    UnsupportedElementType,

    /// <summary>Made for other layers, ranks or scale.</summary>
    OtherLayout,

    /// <summary>More or fewer elements than the layout has, or bytes missing or left over.</summary>
    WrongLength,

    /// <summary>An element is NaN or infinite.</summary>
    NotFinite,
}
