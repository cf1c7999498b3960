namespace Federated.Adapters.Tests.Models;

/// <summary>BERT and RoBERTa with a classification head by their published equations, from config.json and plain arrays.</summary>
internal sealed class PlainBert(RandomCheckpoint checkpoint)
{
    private readonly string _name = checkpoint.Config["model_type"]!.GetValue<string>();
    private readonly double _epsilon = checkpoint.Config["layer_norm_eps"]!.GetValue<double>();

    /// <summary>Logits [labels] of one text without padding.</summary>
    public double[] Logits(int[] ids, int[] types)
    {
        var width = checkpoint.Number("hidden_size");
        var first = _name == "roberta" ? checkpoint.Number("pad_token_id") + 1 : 0;
        var embeddings = $"{_name}.embeddings";
        var hidden = ids.Select(
                (id, at) =>
                    Norm(
                        Plain.Add(
                            Plain.Row(W($"{embeddings}.word_embeddings.weight"), id, width),
                            Plain.Add(
                                Plain.Row(W($"{embeddings}.position_embeddings.weight"), first + at, width),
                                Plain.Row(W($"{embeddings}.token_type_embeddings.weight"), types[at], width)
                            )
                        ),
                        $"{embeddings}.LayerNorm"
                    )
            )
            .ToArray();
        for (var layer = 0; layer < checkpoint.Number("num_hidden_layers"); layer++)
        {
            var path = $"{_name}.encoder.layer.{layer}";
            var attended = Attention(hidden, $"{path}.attention.self");
            hidden =
            [
                .. hidden.Zip(
                    attended,
                    (x, mixed) =>
                        Norm(
                            Plain.Add(Linear(mixed, $"{path}.attention.output.dense"), x),
                            $"{path}.attention.output.LayerNorm"
                        )
                ),
            ];
            hidden =
            [
                .. hidden.Select(x =>
                {
                    var inner = Linear(x, $"{path}.intermediate.dense").Select(Plain.Gelu).ToArray();
                    return Norm(Plain.Add(Linear(inner, $"{path}.output.dense"), x), $"{path}.output.LayerNorm");
                }),
            ];
        }

        var (dense, labels) =
            _name == "roberta" ? ("classifier.dense", "classifier.out_proj") : ("bert.pooler.dense", "classifier");
        return Linear([.. Linear(hidden[0], dense).Select(Math.Tanh)], labels);
    }

    private double[][] Attention(double[][] x, string path)
    {
        var heads = checkpoint.Number("num_attention_heads");
        var headDim = checkpoint.Number("hidden_size") / heads;
        var all = x.Select(_ => new List<double>()).ToArray();
        double[][] Part(string name, int head) =>
            [.. x.Select(row => Plain.Row(Linear(row, $"{path}.{name}"), head, headDim))];
        for (var head = 0; head < heads; head++)
        {
            var mixed = Plain.Attend(
                Part("query", head),
                Part("key", head),
                Part("value", head),
                1 / Math.Sqrt(headDim),
                (_, _) => true
            );
            for (var i = 0; i < all.Length; i++)
            {
                all[i].AddRange(mixed[i]);
            }
        }

        return [.. all.Select(row => row.ToArray())];
    }

    private double[] Norm(double[] x, string path) =>
        Plain.LayerNorm(x, W($"{path}.weight"), W($"{path}.bias"), _epsilon);

    private double[] Linear(double[] x, string path) => Plain.Linear(x, W($"{path}.weight"), W($"{path}.bias"));

    private double[] W(string name) => checkpoint.Weights[name];
}
