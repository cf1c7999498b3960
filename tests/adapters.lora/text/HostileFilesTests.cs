using System.Text;
using System.Text.Json;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Text;

namespace Federated.Adapters.Tests.Text;

/// <summary>Files with bytes changed, cut or repeated are read, or refused as what they are; nothing else happens.</summary>
public sealed class HostileFilesTests
{
    private const int Changes = 400;

    [Theory]
    [InlineData("bpe-llama")]
    [InlineData("unigram")]
    [InlineData("wordpiece")]
    public void A_damaged_tokenizer_json_is_refused_or_read(string name)
    {
        using var vectors = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "tokenizers", $"{name}.json"))
        );
        var bytes = Encoding.UTF8.GetBytes(vectors.RootElement.GetProperty("tokenizer").GetRawText());

        Damage("tokenizer.json", bytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_damaged_tokenizer_model_is_refused_or_read(int modelType) =>
        Damage(
            "tokenizer.model",
            new SentencePieceBuilder()
                .Piece("<unk>", 0, 2)
                .Piece("<s>", 0, 3)
                .Bytes()
                .Piece("▁a", -1)
                .Piece("ab", -2)
                .Piece("▁", -3)
                .Piece("a", -3)
                .Build(modelType, byteFallback: true, map: [8, 0, 0, 0, 1, 4, 0, 0, 2, 0, 0, 0, 97, 0])
        );

    [Fact]
    public void A_damaged_chat_template_is_refused_or_read()
    {
        using var file = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "chat-templates.json"))
        );
        var random = new Random(3);
        foreach (var vector in file.RootElement.GetProperty("templates").EnumerateArray())
        {
            var template = vector.GetProperty("template").GetString()!;
            for (var i = 0; i < Changes / 4; i++)
            {
                var damaged = Encoding.UTF8.GetString(Damaged(Encoding.UTF8.GetBytes(template), random));
                try
                {
                    JinjaTemplate
                        .Parse(damaged, "file")
                        .Render(
                            new Dictionary<string, object?>
                            {
                                ["messages"] = new List<object?>
                                {
                                    new Dictionary<string, object?> { ["role"] = "user", ["content"] = "hi" },
                                },
                                ["add_generation_prompt"] = true,
                                ["bos_token"] = "<s>",
                                ["eos_token"] = "</s>",
                            }
                        );
                }
                catch (Exception error) when (error is InvalidCheckpointException or ChatTemplateException)
                {
                    Assert.NotEmpty(error.Message);
                }
            }
        }
    }

    private static void Damage(string file, byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(7);
        var refused = 0;
        for (var i = 0; i < Changes; i++)
        {
            File.WriteAllBytes(folder.File(file), Damaged(bytes, random));
            try
            {
                var tokenizer = TextTokenizer.Load(folder.Path);
                _ = tokenizer.Decode(tokenizer.Encode("A text, é 😀  ab"));
            }
            catch (InvalidCheckpointException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, Changes);
    }

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        var damaged = bytes.ToList();
        for (var i = random.Next(1, 4); i > 0 && damaged.Count > 1; i--)
        {
            var at = random.Next(damaged.Count);
            switch (random.Next(4))
            {
                case 0:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged.RemoveRange(at, Math.Min(random.Next(1, 20), damaged.Count - at));
                    break;
                case 2:
                    damaged.InsertRange(at, damaged.Skip(random.Next(damaged.Count)).Take(20).ToList());
                    break;
                default:
                    damaged.RemoveRange(at, damaged.Count - at);
                    break;
            }
        }

        return [.. damaged];
    }
}
