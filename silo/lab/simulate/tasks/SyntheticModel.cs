using System.Security.Cryptography;
using System.Text;
using Federated.Protocol;

namespace Federated.Lab.Simulate;

/// <summary>The base model of a task that has none: named, with a digest of its description, and never loaded.</summary>
internal static class SyntheticModel
{
    /// <summary>The model section for a task.</summary>
    /// <param name="name">The task's name.</param>
    /// <param name="description">All that its model depends on.</param>
    public static BaseModelSection Of(string name, string description) =>
        new()
        {
            Name = $"simulated-{name}",
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{description}"))),
        };
}
