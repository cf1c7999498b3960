using static TorchSharp.torch;

namespace Federated.Lab.Pretrain;

/// <summary>Batches of records of like length, so that hardly a token is padding and no record sees another.</summary>
internal static class LengthBatches
{
    /// <summary>Groups records for one epoch: by length, ties in a random order, then the batches in a random order.</summary>
    /// <param name="records">The records.</param>
    /// <param name="tokensPerBatch">Most tokens of a batch, padding included.</param>
    /// <param name="seed">Equal seeds give equal batches.</param>
    public static IReadOnlyList<int[][]> Shuffled(IReadOnlyList<int[]> records, int tokensPerBatch, int seed)
    {
        var random = new Random(seed);
        var order = records.ToArray();
        random.Shuffle(order);
        var batches = ByLength(order, tokensPerBatch).ToArray();
        random.Shuffle(batches);
        return batches;
    }

    /// <summary>Groups records by length (a stable order).</summary>
    public static IEnumerable<int[][]> ByLength(IEnumerable<int[]> records, int tokensPerBatch)
    {
        var batch = new List<int[]>();
        foreach (var record in records.OrderBy(record => record.Length))
        {
            if (batch.Count > 0 && (batch.Count + 1) * record.Length > tokensPerBatch)
            {
                yield return [.. batch];
                batch.Clear();
            }

            batch.Add(record);
        }

        if (batch.Count > 0)
        {
            yield return [.. batch];
        }
    }

    /// <summary>Ids [B, T] and mask [B, T] of a batch, padded on the right.</summary>
    public static (Tensor Ids, Tensor Mask) Padded(int[][] batch)
    {
        var length = batch.Max(record => record.Length);
        var ids = new long[batch.Length * length];
        var mask = new float[ids.Length];
        for (var row = 0; row < batch.Length; row++)
        {
            for (var at = 0; at < batch[row].Length; at++)
            {
                ids[row * length + at] = batch[row][at];
                mask[row * length + at] = 1;
            }
        }

        return (tensor(ids, [batch.Length, length]), tensor(mask, [batch.Length, length]));
    }
}
