using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>A linear layer of a model, y = x Wᵀ + bias, that an adapter may follow.</summary>
public sealed class AdaptableLinear : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;

    /// <summary>Creates the layer with weights of zero.</summary>
    /// <param name="path">Where the layer stands in the model, as checkpoints name it.</param>
    /// <param name="inFeatures">Width of the input, ≥ 1.</param>
    /// <param name="outFeatures">Width of the output, ≥ 1.</param>
    /// <param name="bias">Whether it adds a bias.</param>
    /// <param name="fanInFanOut">Whether checkpoints hold Wᵀ, [in, out], as GPT-2's Conv1D does (PEFT's fan_in_fan_out).</param>
    public AdaptableLinear(string path, long inFeatures, long outFeatures, bool bias = false, bool fanInFanOut = false)
        : base(nameof(AdaptableLinear))
    {
        Path = path;
        InFeatures = inFeatures;
        OutFeatures = outFeatures;
        FanInFanOut = fanInFanOut;
        var stored = fanInFanOut ? zeros(inFeatures, outFeatures) : zeros(outFeatures, inFeatures);
        _weight = new Parameter(stored, requires_grad: false);
        register_parameter("weight", _weight);
        if (bias)
        {
            _bias = new Parameter(zeros(outFeatures), requires_grad: false);
            register_parameter("bias", _bias);
        }
    }

    /// <summary>Where the layer stands in the model, as checkpoints name it: "model.layers.0.self_attn.q_proj".</summary>
    public string Path { get; }

    /// <summary>Width of the input.</summary>
    public long InFeatures { get; }

    /// <summary>Width of the output.</summary>
    public long OutFeatures { get; }

    /// <summary>Whether <see cref="Weight"/> is Wᵀ.</summary>
    public bool FanInFanOut { get; }

    /// <summary>The base weight as checkpoints hold it: W, [OutFeatures, InFeatures], or Wᵀ where <see cref="FanInFanOut"/>.</summary>
    public Parameter Weight => _weight;

    /// <summary>
    /// Called as Adapter(x, y) with the input [B, T, InFeatures] and the base output [B, T, OutFeatures]; returns the adapted
    /// output. Null leaves the base as it is.
    /// </summary>
    public Func<Tensor, Tensor, Tensor>? Adapter { get; set; }

    /// <summary>
    /// Type in which the base product is computed: float32, or bfloat16, which processors with bfloat16 units do several times as fast
    /// at a relative error of about 2⁻⁸. Input and output are float32 either way.
    /// </summary>
    public ScalarType ComputeType { get; set; } = ScalarType.Float32;

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        var output = Product(input, FanInFanOut ? _weight.t() : _weight, ComputeType, _bias);
        return Adapter is null ? output : Adapter(input, output);
    }

    /// <summary>x Wᵀ + bias in a type, from and to float32.</summary>
    internal static Tensor Product(Tensor input, Tensor weight, ScalarType type, Tensor? bias = null) =>
        type == ScalarType.Float32
            ? nn.functional.linear(input, weight, bias)
            : nn.functional.linear(input.to(type), weight.to(type), bias?.to(type)).to(ScalarType.Float32);
}
