using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Federated.Silo;

/// <summary>The secret of the HTTP API, as a file in the data folder: who can read the folder is the operator.</summary>
internal sealed class OperatorToken
{
    // What New makes has 43 characters.
    private const int Shortest = 32;

    private readonly byte[] _hash;

    /// <summary>Reads the token of a data folder, or makes one.</summary>
    /// <exception cref="StartupException">The file is empty or cut off.</exception>
    public OperatorToken(string dataFolder)
    {
        var file = DataFolder.OperatorTokenFile(dataFolder);
        Value = PrivateFile.ReadOrCreate(file, New).Trim();
        if (Value.Length < Shortest)
        {
            throw new StartupException(
                $"{file} holds no token that nobody can guess. Remove it, and a new one is made."
            );
        }

        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(Value));
    }

    /// <summary>What an operator's request carries as its bearer token.</summary>
    public string Value { get; }

    /// <summary>32 random bytes as base64url.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Compares in constant time.</summary>
    public bool Matches(string presented) =>
        CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(presented)));
}
