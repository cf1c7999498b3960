namespace Federated.Adapters.Tests.Models;

/// <summary>Random BERTs and RoBERTas with a classification head of three labels.</summary>
internal static class RandomBert
{
    public static RandomCheckpoint Make(string modelType)
    {
        var checkpoint = new RandomCheckpoint(
            $$$"""
            {
              "model_type": "{{{modelType}}}", "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
              "num_attention_heads": 4, "vocab_size": 13, "max_position_embeddings": 16, "type_vocab_size": 2,
              "layer_norm_eps": 1e-5, "hidden_act": "gelu", "pad_token_id": 1,
              "id2label": {"0": "no", "1": "perhaps", "2": "yes"}
            }
            """
        );
        checkpoint
            .Add($"{modelType}.embeddings.word_embeddings.weight", 0, 1, 13, 16)
            .Add($"{modelType}.embeddings.position_embeddings.weight", 0, 1, 16, 16)
            .Add($"{modelType}.embeddings.token_type_embeddings.weight", 0, 1, 2, 16);
        Norm(checkpoint, $"{modelType}.embeddings.LayerNorm");
        for (var layer = 0; layer < 2; layer++)
        {
            var path = $"{modelType}.encoder.layer.{layer}";
            checkpoint
                .Linear($"{path}.attention.self.query", 16, 16, bias: true)
                .Linear($"{path}.attention.self.key", 16, 16, bias: true)
                .Linear($"{path}.attention.self.value", 16, 16, bias: true)
                .Linear($"{path}.attention.output.dense", 16, 16, bias: true)
                .Linear($"{path}.intermediate.dense", 24, 16, bias: true)
                .Linear($"{path}.output.dense", 16, 24, bias: true);
            Norm(checkpoint, $"{path}.attention.output.LayerNorm");
            Norm(checkpoint, $"{path}.output.LayerNorm");
        }

        return modelType == "bert"
            ? checkpoint.Linear("bert.pooler.dense", 16, 16, bias: true).Linear("classifier", 3, 16, bias: true)
            : checkpoint
                .Linear("classifier.dense", 16, 16, bias: true)
                .Linear("classifier.out_proj", 3, 16, bias: true);
    }

    private static void Norm(RandomCheckpoint checkpoint, string name) =>
        checkpoint.Add($"{name}.weight", 1, 0.3, 16).Add($"{name}.bias", 0, 0.3, 16);
}
