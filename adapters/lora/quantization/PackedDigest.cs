using System.Security.Cryptography;
using System.Text;
using Federated.Adapters.Models;

namespace Federated.Adapters.Quantization;

/// <summary>What two parties compare to know that they train on the same packed weights, bit by bit.</summary>
public static class PackedDigest
{
    /// <summary>Digest of a model whose linear layers are packed.</summary>
    /// <param name="model">The model.</param>
    /// <returns>SHA-256 over path and <see cref="QuantizedWeight.Digest"/> of each packed layer, in the model's order: 64 lower-case hex digits. Null where nothing is packed.</returns>
    public static string? Of(AdaptableModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var packed = 0;
        foreach (var linear in model.AdaptableLinears)
        {
            if (linear.Packed is { } weight)
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{linear.Path}\n"));
                hash.AppendData(weight.Digest());
                packed++;
            }
        }

        return packed == 0 ? null : Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
