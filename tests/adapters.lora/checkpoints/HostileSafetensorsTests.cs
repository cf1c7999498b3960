using System.Buffers.Binary;
using System.Text;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Tests.Checkpoints;

public sealed class HostileSafetensorsTests
{
    [Theory]
    // The header itself.
    [InlineData("[]", 0, "not an object")]
    [InlineData("{", 0, "not JSON")]
    [InlineData("""{"a":3}""", 0, "'a' is a JSON Number")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "'k'")]
    [InlineData("""{"__metadata__":{"k":"\ud800"}}""", 0, "malformed text")]
    // Fields of an entry.
    [InlineData("""{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}""", 4, "dtype 'Q4'")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "needs a shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}""", 4, "unknown field 'x'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}""", 4, "'shape' twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "-1")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "1.5")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}""",
        4,
        "9223372036854775808"
    )]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "64 bits")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "64 bits")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "16")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "[4, 0]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", 4, "[0, 8]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "take 8 bytes")]
    // Entries together.
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""",
        2,
        "'a' stands twice"
    )]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""",
        3,
        "overlap"
    )]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "hole")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 2, "after the last tensor")]
    public void A_broken_header_is_refused_by_name(string json, int dataBytes, string complaint)
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Read(File(json, dataBytes)));

        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("upload", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 63)]
    [InlineData(100_000_001)]
    [InlineData(3)]
    public void A_header_length_beyond_the_file_is_refused(ulong length)
    {
        var bytes = File("{}", 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);

        var error = Assert.Throws<InvalidCheckpointException>(() => Read(bytes));

        Assert.Contains($"header length {length}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_without_room_for_the_length_is_refused(int bytes) =>
        Assert.Throws<InvalidCheckpointException>(() => Read(new byte[bytes]));

    [Fact]
    public void A_truncated_file_is_refused()
    {
        var whole = File("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8);

        Assert.Throws<InvalidCheckpointException>(() => Read(whole[..^1]));
        Assert.Throws<InvalidCheckpointException>(() => Read(whole[..20]));
    }

    [Fact]
    public void Any_damage_is_refused_by_name_or_leaves_readable_tensors()
    {
        using var stream = new MemoryStream();
        Safetensors.Write(
            stream,
            [
                KeyValuePair.Create("a", TorchSharp.torch.ones(3, 2)),
                KeyValuePair.Create("b", TorchSharp.torch.zeros(5)),
            ],
            new Dictionary<string, string> { ["format"] = "pt" }
        );
        var whole = stream.ToArray();
        var random = new Random(11);
        for (var trial = 0; trial < 3000; trial++)
        {
            var damaged = (byte[])whole.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                Read(damaged[..random.Next(damaged.Length / 2, damaged.Length + 1)]);
            }
            catch (InvalidCheckpointException error)
            {
                Assert.StartsWith("upload", error.Message, StringComparison.Ordinal);
            }
        }
    }

    private static void Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        using var file = Safetensors.Read(stream, "upload");
    }

    private static byte[] File(string json, int dataBytes)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var bytes = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes, 8);
        return bytes;
    }
}
