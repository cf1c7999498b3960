namespace Federated.Adapters.Tests.Models;

/// <summary>GPT-2 by its published equations, from config.json and plain arrays.</summary>
internal sealed class PlainGpt2(RandomCheckpoint checkpoint)
{
    private const double Epsilon = 1e-5;

    /// <summary>Logits [T][vocabulary].</summary>
    public double[][] Logits(int[] ids)
    {
        var width = checkpoint.Number("n_embd");
        var hidden = ids.Select(
                (id, at) =>
                    Plain.Add(
                        Plain.Row(W("transformer.wte.weight"), id, width),
                        Plain.Row(W("transformer.wpe.weight"), at, width)
                    )
            )
            .ToArray();
        for (var layer = 0; layer < checkpoint.Number("n_layer"); layer++)
        {
            var path = $"transformer.h.{layer}";
            var attended = Attention([.. hidden.Select(x => Norm(x, $"{path}.ln_1"))], layer);
            hidden = [.. hidden.Zip(attended, Plain.Add)];
            hidden =
            [
                .. hidden.Select(x =>
                {
                    var inner = Conv(Norm(x, $"{path}.ln_2"), $"{path}.mlp.c_fc").Select(Plain.GeluNew);
                    return Plain.Add(x, Conv([.. inner], $"{path}.mlp.c_proj"));
                }),
            ];
        }

        var head = checkpoint.Weights.GetValueOrDefault("lm_head.weight") ?? W("transformer.wte.weight");
        return [.. hidden.Select(x => Plain.Linear(Norm(x, "transformer.ln_f"), head))];
    }

    private double[][] Attention(double[][] x, int layer)
    {
        var (width, heads) = (checkpoint.Number("n_embd"), checkpoint.Number("n_head"));
        var headDim = width / heads;
        var scale = checkpoint.Config["scale_attn_weights"]?.GetValue<bool>() == false ? 1 : 1 / Math.Sqrt(headDim);
        if (checkpoint.Config["scale_attn_by_inverse_layer_idx"]?.GetValue<bool>() == true)
        {
            scale /= layer + 1;
        }

        var path = $"transformer.h.{layer}.attn";
        var parts = x.Select(row => Conv(row, $"{path}.c_attn")).ToArray();
        var all = x.Select(_ => new List<double>()).ToArray();
        for (var head = 0; head < heads; head++)
        {
            var mixed = Plain.Attend(
                [.. parts.Select(row => Plain.Row(row, head, headDim))],
                [.. parts.Select(row => Plain.Row(row, heads + head, headDim))],
                [.. parts.Select(row => Plain.Row(row, (2 * heads) + head, headDim))],
                scale,
                (i, j) => j <= i
            );
            for (var i = 0; i < all.Length; i++)
            {
                all[i].AddRange(mixed[i]);
            }
        }

        return [.. all.Select(row => Conv([.. row], $"{path}.c_proj"))];
    }

    private double[] Norm(double[] x, string path) =>
        Plain.LayerNorm(x, W($"{path}.weight"), W($"{path}.bias"), Epsilon);

    private double[] Conv(double[] x, string path) => Plain.Conv1D(x, W($"{path}.weight"), W($"{path}.bias"));

    private double[] W(string name) => checkpoint.Weights[name];
}
