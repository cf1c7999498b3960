namespace Federated.Adapters.Tests;

/// <summary>Ordinary instances of what tests need.</summary>
internal static class Some
{
    public static AdapterLayout Layout(long seed = 0) =>
        AdapterLayout.For(
            [new("model.layers.0.self_attn.q_proj", 16, 16), new("model.layers.0.self_attn.v_proj", 16, 7)],
            new(3, 6, LoraScaling.RsLora, ["q_proj", "v_proj"], seed)
        );

    /// <summary>Small numbers of both signs, the same for the same seed.</summary>
    public static float[] Values(AdapterLayout layout, int seed = 1, float size = 0.1f)
    {
        var random = new Random(seed);
        var values = new float[layout.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = size * ((2 * random.NextSingle()) - 1);
        }

        return values;
    }
}
