namespace Federated.Aggregation.Grains;

/// <summary>
/// How blobs are named: by their SHA-256, 64 lowercase hex digits, so that equal bytes are one blob, whoever needs them; or by that and an owner, who shares the blob with nobody and may
/// delete it without asking.
/// </summary>
public static class BlobNames
{
    /// <summary>The name of a blob.</summary>
    /// <param name="digest">SHA-256 of its bytes, 64 lowercase hex digits.</param>
    /// <param name="owner">Who has it alone, 64 lowercase hex digits; null = it is shared.</param>
    public static string Of(string digest, string? owner) => owner is null ? digest : $"{digest}-{owner}";

    /// <summary>The SHA-256 of the bytes that a name stands for.</summary>
    public static string DigestOf(string name) => name[..64];
}
