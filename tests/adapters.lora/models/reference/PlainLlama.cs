using System.Text.Json.Nodes;

namespace Federated.Adapters.Tests.Models;

/// <summary>The LLaMA family by its published equations, from config.json and plain arrays.</summary>
internal sealed class PlainLlama(RandomCheckpoint checkpoint)
{
    private readonly JsonObject _config = checkpoint.Config;

    private double Epsilon => _config["rms_norm_eps"]?.GetValue<double>() ?? 1e-6;

    /// <summary>Logits [T][vocabulary].</summary>
    public double[][] Logits(int[] ids)
    {
        var width = Number("hidden_size");
        var hidden = ids.Select(id => Plain.Row(W("model.embed_tokens.weight"), id, width)).ToArray();
        for (var layer = 0; layer < Number("num_hidden_layers"); layer++)
        {
            var path = $"model.layers.{layer}";
            var attended = Attention(
                [.. hidden.Select(x => Plain.RmsNorm(x, W($"{path}.input_layernorm.weight"), Epsilon))],
                layer
            );
            hidden = [.. hidden.Zip(attended, Plain.Add)];
            hidden =
            [
                .. hidden.Select(x =>
                    Plain.Add(
                        x,
                        Mlp(Plain.RmsNorm(x, W($"{path}.post_attention_layernorm.weight"), Epsilon), $"{path}.mlp")
                    )
                ),
            ];
        }

        var head = checkpoint.Weights.GetValueOrDefault("lm_head.weight") ?? W("model.embed_tokens.weight");
        return [.. hidden.Select(x => Plain.Linear(Plain.RmsNorm(x, W("model.norm.weight"), Epsilon), head))];
    }

    private double[] Mlp(double[] x, string path)
    {
        var gate = Projection(x, $"{path}.gate_proj").Select(Plain.Silu);
        return Projection([.. gate.Zip(Projection(x, $"{path}.up_proj"), (g, u) => g * u)], $"{path}.down_proj");
    }

    private double[][] Attention(double[][] x, int layer)
    {
        var path = $"model.layers.{layer}.self_attn";
        var (heads, keyHeads) = (Number("num_attention_heads"), Number("num_key_value_heads"));
        var headDim = _config["head_dim"]?.GetValue<int>() ?? Number("hidden_size") / heads;
        var queries = x.Select(row => Projection(row, $"{path}.q_proj")).ToArray();
        var keys = x.Select(row => Projection(row, $"{path}.k_proj")).ToArray();
        var values = x.Select(row => Projection(row, $"{path}.v_proj")).ToArray();
        var all = x.Select(_ => new List<double>()).ToArray();
        for (var head = 0; head < heads; head++)
        {
            var shared = head / (heads / keyHeads);
            var mixed = Plain.Attend(
                [.. queries.Select((row, at) => Turn(Normed(Plain.Row(row, head, headDim), $"{path}.q_norm"), at))],
                [.. keys.Select((row, at) => Turn(Normed(Plain.Row(row, shared, headDim), $"{path}.k_norm"), at))],
                [.. values.Select(row => Plain.Row(row, shared, headDim))],
                1 / Math.Sqrt(headDim),
                (i, j) => j <= i && (Window(layer) is not { } window || i - j < window)
            );
            for (var i = 0; i < all.Length; i++)
            {
                all[i].AddRange(mixed[i]);
            }
        }

        return [.. all.Select(row => Projection([.. row], $"{path}.o_proj"))];
    }

    private int? Window(int layer) =>
        _config["model_type"]!.GetValue<string>() == "mistral" ? _config["sliding_window"]?.GetValue<int>()
        : _config["use_sliding_window"]?.GetValue<bool>() == true && layer >= Number("max_window_layers")
            ? Number("sliding_window")
        : null;

    private double[] Normed(double[] head, string path) =>
        checkpoint.Weights.TryGetValue($"{path}.weight", out var weight) ? Plain.RmsNorm(head, weight, Epsilon) : head;

    private double[] Turn(double[] head, int position)
    {
        var half = head.Length / 2;
        var turned = new double[head.Length];
        for (var i = 0; i < half; i++)
        {
            var angle = position * Frequency(i, head.Length);
            var (sin, cos) = Math.SinCos(angle);
            turned[i] = ((head[i] * cos) - (head[i + half] * sin)) * Magnitude();
            turned[i + half] = ((head[i + half] * cos) + (head[i] * sin)) * Magnitude();
        }

        return turned;
    }

    // modeling_rope_utils.py, written out for one pair.
    private double Frequency(int pair, int headDim)
    {
        var theta = _config["rope_theta"]?.GetValue<double>() ?? 10_000;
        var plain = 1 / Math.Pow(theta, 2.0 * pair / headDim);
        if (_config["rope_scaling"] is not JsonObject rope)
        {
            return plain;
        }

        var factor = rope["factor"]!.GetValue<double>();
        switch (rope["rope_type"]!.GetValue<string>())
        {
            case "linear":
                return plain / factor;
            case "llama3":
                var old = rope["original_max_position_embeddings"]!.GetValue<int>();
                var (low, high) = (
                    rope["low_freq_factor"]!.GetValue<double>(),
                    rope["high_freq_factor"]!.GetValue<double>()
                );
                var wavelength = 2 * Math.PI / plain;
                if (wavelength < old / high)
                {
                    return plain;
                }

                if (wavelength > old / low)
                {
                    return plain / factor;
                }

                var smooth = ((old / wavelength) - low) / (high - low);
                return ((1 - smooth) * plain / factor) + (smooth * plain);
            case "yarn":
                var context = rope["original_max_position_embeddings"]!.GetValue<int>();
                double Correction(double turns) =>
                    headDim * Math.Log(context / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
                var first = Math.Max(Math.Floor(Correction(32)), 0);
                var last = Math.Min(Math.Ceiling(Correction(1)), headDim - 1);
                var ramp = Math.Clamp((pair - first) / (last == first ? 0.001 : last - first), 0, 1);
                return (plain / factor * ramp) + (plain * (1 - ramp));
            default:
                return plain;
        }
    }

    private double Magnitude() =>
        _config["rope_scaling"] is JsonObject rope && rope["rope_type"]!.GetValue<string>() == "yarn"
            ? (0.1 * Math.Log(rope["factor"]!.GetValue<double>())) + 1
            : 1;

    private double[] Projection(double[] x, string path) =>
        Plain.Linear(x, W($"{path}.weight"), checkpoint.Weights.GetValueOrDefault($"{path}.bias"));

    private double[] W(string name) => checkpoint.Weights[name];

    private int Number(string field) => _config[field]!.GetValue<int>();
}
