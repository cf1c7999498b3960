namespace Federated.Adapters.Quantization;

/// <summary>How the frozen weights of a base model are kept. Adapters, activations, losses and gradients are float32 with each of them.</summary>
public enum BasePrecision
{
    /// <summary>4 bytes a weight, as trained.</summary>
    Full,

    /// <summary>2 bytes a weight; products are bfloat16 too, relative error about 2⁻⁸, several times as fast where the processor has the units.</summary>
    BFloat16,

    /// <summary>1 byte a weight of a linear layer, one float32 scale a row (Dettmers et al. 2022, https://arxiv.org/abs/2208.07339, without outliers): relative error about 1 %. Embeddings and output layer are bfloat16.</summary>
    EightBit,

    /// <summary>4.5 bits a weight of a linear layer, blocks of 64 (QLoRA, Dettmers et al. 2023, https://arxiv.org/abs/2305.14314): relative error about 9 %. Embeddings and output layer are bfloat16.</summary>
    Nf4,
}
