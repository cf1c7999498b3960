namespace Federated.Lab.Pretrain;

/// <summary>Everything that decides a pretraining run.</summary>
public sealed record PretrainOptions
{
    /// <summary>Folder to write; made when missing.</summary>
    public required string Output { get; init; }

    /// <summary>Optimiser steps in all.</summary>
    public required int Steps { get; init; }

    /// <summary>Most tokens of a batch.</summary>
    public int TokensPerBatch { get; init; } = 4096;

    /// <summary>Longest sequence of training and evaluation, in tokens.</summary>
    public int MaxSequenceLength { get; init; } = 256;

    /// <summary>Ids of the tokenizer.</summary>
    public int VocabularySize { get; init; } = 2048;

    /// <summary>Width of the model.</summary>
    public int Width { get; init; } = 192;

    /// <summary>Width of its feed-forward blocks.</summary>
    public int InnerWidth { get; init; } = 448;

    /// <summary>Number of layers.</summary>
    public int Layers { get; init; } = 3;

    /// <summary>Query heads.</summary>
    public int Heads { get; init; } = 6;

    /// <summary>Key and value heads.</summary>
    public int KeyValueHeads { get; init; } = 2;

    /// <summary>Peak learning rate of Muon.</summary>
    public double MatrixRate { get; init; } = 0.02;

    /// <summary>Peak learning rate of AdamW (embedding and norms).</summary>
    public double OtherRate { get; init; } = 0.005;

    /// <summary>Decoupled weight decay of the matrices.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Seed of the first weights and of the order of the records.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether the large products of training are computed in bfloat16.</summary>
    public bool Bfloat16 { get; init; }

    /// <summary>Whether to go on from the state in <see cref="Output"/>.</summary>
    public bool Resume { get; init; }
}
