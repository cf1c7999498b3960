using System.Security.Cryptography;

namespace Federated.Privacy.Accounting;

/// <summary>A key pair made on this machine (ECDSA P-256) and the <see cref="NodeId"/> that follows from it. Silos use the same type for signing receipts.</summary>
public sealed class NodeIdentity : IDisposable
{
    private readonly ECDsa _key;
    private readonly byte[] _publicKey;

    private NodeIdentity(ECDsa key)
    {
        _key = key;
        _publicKey = key.ExportSubjectPublicKeyInfo();
        Id = NodeId.Of(_publicKey);
    }

    /// <summary>The fingerprint of the public key.</summary>
    public NodeId Id { get; }

    /// <summary>The public key as SubjectPublicKeyInfo, DER.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>A new key that is not stored.</summary>
    public static NodeIdentity Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A new key, written as PKCS#8 PEM to a file that only this user may read (mode 0600). Never overwrites.</summary>
    /// <param name="path">The file to create; its folder exists.</param>
    /// <exception cref="IOException">The file exists or cannot be written.</exception>
    public static NodeIdentity Create(string path)
    {
        var identity = Create();
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            var fresh = $"{path}.{Guid.NewGuid():N}.new";
            using (var file = new FileStream(fresh, options))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(identity._key.ExportPkcs8PrivateKeyPem() + "\n"));
                file.FlushToDisk();
            }

            try
            {
                File.Move(fresh, path);
            }
            catch
            {
                File.Delete(fresh);
                throw;
            }

            DurableFolder.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return identity;
        }
        catch
        {
            identity.Dispose();
            throw;
        }
    }

    /// <summary>Loads a key that <see cref="Create(string)"/> wrote.</summary>
    /// <param name="path">The PEM file.</param>
    /// <exception cref="InvalidDataException">It holds no ECDSA P-256 key, or others may read it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NodeIdentity Load(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Others = (UnixFileMode)0b111_111;
            if ((File.GetUnixFileMode(path) & Others) != 0)
            {
                throw new InvalidDataException($"the key '{path}' can be read by others; chmod 600 '{path}'");
            }
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            if (
                key.ExportParameters(includePrivateParameters: true).Curve.Oid.Value
                != ECCurve.NamedCurves.nistP256.Oid.Value
            )
            {
                throw new ArgumentException("not P-256");
            }

            return new NodeIdentity(key);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException(
                $"'{path}' holds no ECDSA P-256 private key in PEM; restore it, or join again",
                error
            );
        }
    }

    /// <summary>Loads the key, or makes one on first use.</summary>
    /// <param name="path">The PEM file.</param>
    public static NodeIdentity LoadOrCreate(string path) => File.Exists(path) ? Load(path) : Create(path);

    /// <summary>Checks a signature of <see cref="Sign"/>.</summary>
    /// <param name="subjectPublicKeyInfo">The signer's public key, DER.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">r‖s, 64 bytes.</param>
    /// <returns>False for a wrong signature and for bytes that are no P-256 key.</returns>
    public static bool Verify(
        ReadOnlySpan<byte> subjectPublicKeyInfo,
        ReadOnlySpan<byte> data,
        ReadOnlySpan<byte> signature
    )
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out var read);
            return read == subjectPublicKeyInfo.Length
                && key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value
                    == ECCurve.NamedCurves.nistP256.Oid.Value
                && key.VerifyData(
                    data,
                    signature,
                    HashAlgorithmName.SHA256,
                    DSASignatureFormat.IeeeP1363FixedFieldConcatenation
                );
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>ECDSA with SHA-256 over P-256; r‖s, 64 bytes.</summary>
    /// <param name="data">What to sign; begin it with the name of its format, so that no signature fits two kinds of message.</param>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        var signature = new byte[64];
        var ok = _key.TrySignData(
            data,
            signature,
            HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation,
            out var written
        );
        return ok && written == 64
            ? signature
            : throw new CryptographicException("the signature is not 64 bytes; the key is not P-256");
    }

    /// <summary>The private key for TLS client certificates; the caller must not dispose it.</summary>
    public ECDsa Key => _key;

    /// <summary>Clears the key.</summary>
    public void Dispose() => _key.Dispose();
}
