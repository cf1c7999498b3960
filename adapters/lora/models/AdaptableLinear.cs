using Federated.Adapters.Quantization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>A linear layer of a model, y = x Wᵀ + bias, that an adapter may follow.</summary>
public sealed class AdaptableLinear : nn.Module<Tensor, Tensor>
{
    private readonly List<Func<Tensor, Tensor, Tensor>> _adapters = [];
    private readonly Parameter? _bias;
    private Parameter? _weight; // null while packed
    private QuantizedWeight? _packed;

    /// <summary>Creates the layer; whoever creates it fills the weight.</summary>
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
        // Memory that nobody has written takes no room: a large model is packed layer by layer while it is read.
        var stored = fanInFanOut ? empty(inFeatures, outFeatures) : empty(outFeatures, inFeatures);
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
    /// <exception cref="InvalidOperationException">The layer is packed: its weight is known in fewer bits only.</exception>
    public Parameter Weight =>
        _weight
        ?? throw new InvalidOperationException(
            $"{Path} is kept in {Precision}: its weight cannot be read or changed. Load the base model in full precision."
        );

    /// <summary>How the weight is kept.</summary>
    public BasePrecision Precision { get; private set; }

    /// <summary>Where the weight lies.</summary>
    public Device Device => _packed?.Device ?? Weight.device;

    /// <summary>Bytes of the packed weight; 0 where it is not packed.</summary>
    public long PackedBytes => _packed?.Bytes ?? 0;

    /// <summary>The packed weight; null where <see cref="Precision"/> is full or bfloat16.</summary>
    internal QuantizedWeight? Packed => _packed;

    /// <summary>Number of adapters on the layer.</summary>
    internal int AdapterCount => _adapters.Count;

    /// <summary>
    /// Type in which the base product is computed: float32, or bfloat16, which processors with bfloat16 units do several times as fast
    /// at a relative error of about 2⁻⁸. Input and output are float32 either way.
    /// </summary>
    public ScalarType ComputeType { get; set; } = ScalarType.Float32;

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        var output = _packed is null
            ? Product(input, FanInFanOut ? Weight.t() : Weight, ComputeType, _bias)
            : PackedProduct(input, _packed);
        foreach (var adapter in _adapters)
        {
            output = adapter(input, output);
        }

        return output;
    }

    /// <summary>Puts an adapter on the layer, after those that are there.</summary>
    /// <param name="adapter">
    /// Called as adapter(x, y) with the input [B, T, InFeatures] and the output so far, [B, T, OutFeatures]; returns the adapted output.
    /// </param>
    public void Attach(Func<Tensor, Tensor, Tensor> adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        _adapters.Add(adapter);
    }

    /// <summary>Takes an adapter off the layer; nothing when it is not on it.</summary>
    /// <param name="adapter">What was attached.</param>
    public void Detach(Func<Tensor, Tensor, Tensor> adapter) => _adapters.Remove(adapter);

    /// <summary>Keeps the weight in fewer bits from now on; the float32 numbers are given up.</summary>
    /// <param name="precision">How.</param>
    /// <exception cref="InvalidOperationException">It is kept in fewer bits already.</exception>
    public void Keep(BasePrecision precision)
    {
        if (precision == Precision)
        {
            return;
        }

        if (Precision != BasePrecision.Full)
        {
            throw new InvalidOperationException($"{Path} is kept in {Precision} already; load the base model again.");
        }

        using var untracked = no_grad();
        var full = Weight;
        if (precision == BasePrecision.BFloat16)
        {
            _weight = new Parameter(full.to(ScalarType.BFloat16), requires_grad: false);
        }
        else
        {
            _packed = QuantizedWeight.Of(FanInFanOut ? full.t() : full, precision);
            _weight = null;
        }

        ConditionallyRegisterParameter("weight", _weight);
        full.Dispose();
        Precision = precision;
    }

    /// <summary>x Wᵀ + bias in a type, from and to float32; a weight that is kept in bfloat16 is multiplied in it.</summary>
    internal static Tensor Product(Tensor input, Tensor weight, ScalarType type, Tensor? bias = null)
    {
        type = weight.dtype == ScalarType.BFloat16 ? ScalarType.BFloat16 : type;
        return type == ScalarType.Float32
            ? nn.functional.linear(input, weight, bias)
            : nn.functional.linear(input.to(type), weight.to(type), bias?.to(type)).to(ScalarType.Float32);
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _packed?.Dispose();
        }

        base.Dispose(disposing);
    }

    private Tensor PackedProduct(Tensor input, QuantizedWeight packed) =>
        _bias is null ? packed.Product(input) : packed.Product(input).Plus(_bias);
}
