using System.Text.Json;
using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

/// <summary>stories260K: logits and text that an independent implementation computed from the same weights.</summary>
public sealed class GoldenModelTests
{
    [Fact]
    public void Logits_match_an_independent_forward_pass()
    {
        var folder = RealData.Folder("model-stories260k");
        var golden = Golden(folder);
        var ids = golden.GetProperty("tokens").EnumerateArray().Select(id => id.GetInt64()).ToArray();
        var expected = golden.GetProperty("last_logits_first8").EnumerateArray().Select(x => x.GetDouble()).ToArray();
        using var loaded = BaseModel.Load(folder);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();

        var last = loaded.Model.call(tensor(ids).unsqueeze(0))[0, ids.Length - 1];

        var actual = last.to(float64).data<double>().ToArray();
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Equal(golden.GetProperty("last_argmax").GetInt64(), last.argmax().item<long>());
    }

    [Fact]
    public void Greedy_text_matches_word_for_word()
    {
        var folder = RealData.Folder("model-stories260k");
        var expected = Golden(folder).GetProperty("greedy_text_from_bos").GetString()!;
        using var loaded = BaseModel.Load(folder);

        var text = new TextGenerator(loaded.LanguageModel, loaded.Tokenizer)
            .Continue("", 160, cancellationToken: TestContext.Current.CancellationToken)
            .TrimStart();

        Assert.StartsWith(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Encoding_a_text_gives_the_golden_ids()
    {
        var folder = RealData.Folder("model-stories260k");
        using var loaded = BaseModel.Load(folder);
        var ids = Golden(folder).GetProperty("tokens").EnumerateArray().Select(id => id.GetInt32()).ToArray();

        var text = loaded.Tokenizer.Decode(ids);

        Assert.Equal(ids, loaded.Tokenizer.Encode(text, addBos: true));
    }

    private static JsonElement Golden(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        return document.RootElement.Clone();
    }
}
