using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Federated.Privacy.Accounting;

namespace Federated.Lab.Simulate;

/// <summary>
/// A node's key that follows from a seed, and signs the same bytes in the same way each time: ECDSA on P-256 with the secret number derived
/// from key and message (RFC 6979). The silo checks its signatures like any other; the journal of a simulation has the same bytes each time.
/// </summary>
/// <remarks>For simulation only: whoever knows the seed has the key.</remarks>
internal sealed class VirtualKey
{
    private const int Size = 32;

    // The order of P-256's base point (SEC 2, §2.4.2).
    private static readonly BigInteger Order = BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        NumberStyles.HexNumber,
        CultureInfo.InvariantCulture
    );

    private readonly BigInteger _secret;
    private readonly byte[] _secretBytes;

    internal VirtualKey(BigInteger secret)
    {
        _secret = secret;
        _secretBytes = Bytes(secret);
        using var key = Import(_secretBytes);
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = NodeId.Of(PublicKey);
    }

    /// <summary>The public key as SubjectPublicKeyInfo, DER.</summary>
    public byte[] PublicKey { get; }

    /// <summary>The node's id.</summary>
    public NodeId Id { get; }

    /// <summary>The keys of all virtual nodes.</summary>
    /// <param name="seed">The simulation's seed.</param>
    /// <param name="nodes">N.</param>
    public static IReadOnlyList<VirtualKey> All(long seed, int nodes)
    {
        var keys = new VirtualKey[nodes];
        Parallel.For(0, nodes, node => keys[node] = Of(seed, node));
        return keys;
    }

    /// <summary>The key of a virtual node.</summary>
    /// <param name="seed">The simulation's seed.</param>
    /// <param name="node">The node's number.</param>
    public static VirtualKey Of(long seed, int node)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"federated-virtual-node-v1\nseed {seed}\nnode {node}");
        // 512 bits, so that the remainder is uniform.
        var drawn = Number(SHA512.HashData(Encoding.UTF8.GetBytes(name)));
        return new((drawn % (Order - 1)) + 1);
    }

    /// <summary>ECDSA with SHA-256; r‖s, 64 bytes.</summary>
    /// <param name="data">What to sign.</param>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(data, hash);
        var digest = Number(hash);
        var secrets = new NonceDraws(_secretBytes, Bytes(digest % Order));
        while (true)
        {
            var nonce = secrets.Next();
            var k = Number(nonce);
            if (k.IsZero || k >= Order)
            {
                continue;
            }

            // r is the x of k·G: the public key of k as a private one.
            using var point = Import(nonce);
            var r = Number(point.ExportParameters(includePrivateParameters: false).Q.X) % Order;
            var s = Inverse(k) * (digest + (r * _secret)) % Order;
            if (!r.IsZero && !s.IsZero)
            {
                return [.. Bytes(r), .. Bytes(s)];
            }
        }
    }

    private static ECDsa Import(byte[] secret) =>
        ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret });

    // Extended Euclid.
    private static BigInteger Inverse(BigInteger value)
    {
        var (r, next) = (Order, value);
        var (t, nextT) = (BigInteger.Zero, BigInteger.One);
        while (!next.IsZero)
        {
            var quotient = BigInteger.DivRem(r, next, out var remainder);
            (r, next) = (next, remainder);
            (t, nextT) = (nextT, t - (quotient * nextT));
        }

        return t.Sign < 0 ? t + Order : t;
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number)
    {
        var bytes = new byte[Size];
        var length = number.GetByteCount(isUnsigned: true);
        number.TryWriteBytes(bytes.AsSpan(Size - length), out _, isUnsigned: true, isBigEndian: true);
        return bytes;
    }

    /// <summary>The candidates for k, in order (RFC 6979, §3.2).</summary>
    private sealed class NonceDraws
    {
        private byte[] _key = new byte[Size];
        private byte[] _value = [.. Enumerable.Repeat((byte)1, Size)];
        private bool _first = true;

        public NonceDraws(byte[] secret, byte[] hash)
        {
            Update(0, secret, hash);
            Update(1, secret, hash);
        }

        public byte[] Next()
        {
            if (!_first)
            {
                Update(0, [], []);
            }

            _first = false;
            return _value = HMACSHA256.HashData(_key, _value);
        }

        private void Update(byte tag, byte[] secret, byte[] hash)
        {
            _key = HMACSHA256.HashData(_key, (byte[])[.. _value, tag, .. secret, .. hash]);
            _value = HMACSHA256.HashData(_key, _value);
        }
    }
}
