using System.Security.Cryptography;
using System.Text;

namespace Federated.Adapters.Models;

/// <summary>
/// The identity of a base model: the SHA-256 of the lines "name:sha256" (lower-case hexadecimal, each ended by a line feed, sorted by
/// name) over config.json, *.safetensors and the tokenizer files of its folder. A model card does not change it.
/// </summary>
public static class BaseModelDigest
{
    /// <summary>Computes the digest of a folder.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    /// <exception cref="Checkpoints.InvalidCheckpointException">The folder has no config.json or no safetensors file.</exception>
    public static string Compute(string folder)
    {
        var lines = new StringBuilder();
        foreach (var file in ModelFolder.ModelFiles(folder).OrderBy(Path.GetFileName, StringComparer.Ordinal))
        {
            using var stream = File.OpenRead(file);
            lines.Append(Path.GetFileName(file)).Append(':');
            lines.Append(Convert.ToHexStringLower(SHA256.HashData(stream))).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }
}
