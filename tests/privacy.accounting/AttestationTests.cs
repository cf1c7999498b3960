namespace Federated.Privacy.Accounting.Tests;

public sealed class AttestationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly NodeIdentity _node = NodeIdentity.Create();

    public void Dispose()
    {
        _node.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_signed_attestation_survives_the_wire_and_verifies()
    {
        var signed = Some.Attestation(_node.Id).Sign(_node);
        var read = SignedAttestation.Decode(signed.Encode());
        Assert.Equal(signed.Attestation, read.Attestation);
        Assert.True(read.Verify(_node.PublicKey.Span));
    }

    [Fact]
    public void Any_changed_bit_is_refused()
    {
        var bytes = Some.Attestation(_node.Id).Sign(_node).Encode();
        for (var bit = 0; bit < bytes.Length * 8; bit += 3)
        {
            var changed = (byte[])bytes.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Accepts(changed), $"bit {bit}");
        }
    }

    [Fact]
    public void Another_nodes_key_does_not_verify_it()
    {
        using var other = NodeIdentity.Create();
        var signed = Some.Attestation(_node.Id).Sign(_node);
        Assert.False(signed.Verify(other.PublicKey.Span));
        Assert.Throws<ArgumentException>(() => Some.Attestation(other.Id).Sign(_node));
    }

    [Fact]
    public void Its_bytes_are_the_same_everywhere()
    {
        var bytes = Some.Attestation(NodeId.Parse(Some.Digest("node"))).ToCanonicalBytes();
        Assert.StartsWith(
            "0a69ee7adaf06849bc98e9d2590a6a45",
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Test_noise_and_no_noise_cannot_be_attested_as_private()
    {
        var honest = Some.Attestation(_node.Id);
        Assert.Throws<ArgumentException>(() => (honest with { Mechanism = Attestation.TestGaussian }).Sign(_node));
        Assert.Throws<ArgumentException>(() =>
            (honest with { Mechanism = Attestation.NoMechanism, NoiseMultiplier = 0 }).Sign(_node)
        );
        Assert.NotNull((honest with { Mechanism = Attestation.TestGaussian, IsPrivate = false }).Sign(_node));
    }

    [Fact]
    public void A_key_is_kept_for_its_owner_alone()
    {
        var path = _folder.File("node.pem");
        using var made = NodeIdentity.LoadOrCreate(path);
        using var loaded = NodeIdentity.LoadOrCreate(path);
        Assert.Equal(made.Id, loaded.Id);
        Assert.True(NodeIdentity.Verify(made.PublicKey.Span, "x"u8, loaded.Sign("x"u8)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            Assert.Throws<InvalidDataException>(() => NodeIdentity.Load(path));
        }
    }

    [Fact]
    public void A_key_is_never_overwritten()
    {
        var path = _folder.File("node.pem");
        NodeIdentity.Create(path).Dispose();
        var before = File.ReadAllText(path);
        Assert.ThrowsAny<IOException>(() => NodeIdentity.Create(path));
        Assert.Equal(before, File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_file_without_a_key_is_a_clear_error()
    {
        var path = _folder.File("node.pem");
        File.WriteAllText(path, "no key");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Assert.Throws<InvalidDataException>(() => NodeIdentity.Load(path));
    }

    private bool Accepts(byte[] bytes)
    {
        try
        {
            return SignedAttestation.Decode(bytes).Verify(_node.PublicKey.Span);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
