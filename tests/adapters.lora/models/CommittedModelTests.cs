using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

/// <summary>The base model that the repository brings.</summary>
public sealed class CommittedModelTests
{
    [Fact]
    public void It_loads_continues_a_text_and_is_small()
    {
        using var loaded = BaseModel.Load(RepositoryFolder.BaseDocs);

        var text = new TextGenerator(loaded.LanguageModel, loaded.Tokenizer).Continue(
            "Gets or sets",
            8,
            cancellationToken: TestContext.Current.CancellationToken
        );

        Assert.NotEmpty(text);
        Assert.InRange(loaded.Model.parameters().Sum(parameter => parameter.numel()), 1_000_000, 1_500_000);
        Assert.InRange(Directory.GetFiles(loaded.Folder).Sum(file => new FileInfo(file).Length), 1, 4 << 20);
        Assert.All(loaded.Model.parameters(), parameter => Assert.False(parameter.requires_grad));
    }

    [Fact]
    public void Its_linears_are_named_as_their_weights_are()
    {
        using var loaded = BaseModel.Load(RepositoryFolder.BaseDocs);
        var weights = loaded.Model.named_parameters().Select(named => named.name).ToHashSet();

        Assert.Equal(
            ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
            loaded.Model.AdaptableLinears.Take(7).Select(linear => linear.Path.Split('.')[^1])
        );
        Assert.All(loaded.Model.AdaptableLinears, linear => Assert.Contains($"{linear.Path}.weight", weights));
    }

    [Fact]
    public void An_adapter_sees_input_and_base_output_and_replaces_the_output()
    {
        using var loaded = BaseModel.Load(RepositoryFolder.BaseDocs);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var ids = tensor(new long[] { 0, 300, 400 }).unsqueeze(0);
        var before = loaded.Model.call(ids);
        var linear = loaded.Model.AdaptableLinears[0];

        Tensor Adapter(Tensor input, Tensor output)
        {
            Assert.Equal([1L, 3L, linear.InFeatures], input.shape);
            Assert.Equal([1L, 3L, linear.OutFeatures], output.shape);
            return output + 1;
        }

        linear.Attach(Adapter);
        var adapted = loaded.Model.call(ids);
        linear.Detach(Adapter);

        Assert.False(adapted.allclose(before));
        Assert.True(loaded.Model.call(ids).allclose(before));
    }

    [Fact]
    public void Later_tokens_do_not_change_earlier_logits()
    {
        using var loaded = BaseModel.Load(RepositoryFolder.BaseDocs);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();

        var first = loaded.Model.call(tensor(new long[] { 0, 300, 400, 500 }).unsqueeze(0));
        var second = loaded.Model.call(tensor(new long[] { 0, 300, 400, 900 }).unsqueeze(0));

        Assert.True(first.narrow(1, 0, 3).allclose(second.narrow(1, 0, 3), 1e-5, 1e-5));
    }
}
