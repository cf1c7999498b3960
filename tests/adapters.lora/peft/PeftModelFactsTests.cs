namespace Federated.Adapters.Tests.Peft;

public sealed class PeftModelFactsTests
{
    [Theory]
    [InlineData("model.layers.0.self_attn.q_proj", false, "CAUSAL_LM")]
    [InlineData("transformer.h.0.attn.c_attn", true, "CAUSAL_LM")]
    [InlineData("bert.encoder.layer.0.attention.self.query", false, null)]
    [InlineData("classifier.out_proj", false, null)]
    [InlineData("fc.1", false, null)]
    public void The_names_of_layers_tell_the_family(string path, bool fanInFanOut, string? taskType) =>
        Assert.Equal(new PeftModelFacts(fanInFanOut, taskType), PeftModelFacts.Of([path]));
}
