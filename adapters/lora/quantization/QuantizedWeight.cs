using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace Federated.Adapters.Quantization;

/// <summary>A layer's frozen weight W [out, in] in fewer bits, and the float32 numbers that it stands for.</summary>
public abstract class QuantizedWeight : IDisposable
{
    [ThreadStatic]
    private static Tensor? _scratch;

    private protected QuantizedWeight(long outFeatures, long inFeatures, Tensor codes, Tensor scales)
    {
        OutFeatures = outFeatures;
        InFeatures = inFeatures;
        Codes = codes;
        Scales = scales;
    }

    /// <summary>Rows of W.</summary>
    public long OutFeatures { get; }

    /// <summary>Columns of W.</summary>
    public long InFeatures { get; }

    /// <summary>Where it lies.</summary>
    public Device Device => Codes.device;

    /// <summary>Bytes that it takes.</summary>
    public long Bytes => Codes.numel() + (Scales.numel() * sizeof(float));

    private protected Tensor Codes { get; private set; }

    private protected Tensor Scales { get; private set; }

    private protected abstract string Algorithm { get; }

    /// <summary>Packs a weight. Deterministic: the same numbers give the same bytes on every machine.</summary>
    /// <param name="weight">[out, in], on the CPU, any float type; stays the caller's.</param>
    /// <param name="precision">int8 or nf4.</param>
    /// <returns>The packed weight; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">Another precision or shape, or a weight that is NaN or infinite.</exception>
    public static QuantizedWeight Of(Tensor weight, BasePrecision precision)
    {
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.dim() != 2)
        {
            throw new ArgumentException(
                $"weight has {weight.dim()} dimensions; a linear layer's weight has 2.",
                nameof(weight)
            );
        }

        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var values = weight.detach().to(ScalarType.Float32).contiguous();
        var bad = FiniteValues.IndexOfNotFinite(MemoryMarshal.Cast<byte, float>(values.bytes));
        if (bad >= 0)
        {
            throw new ArgumentException($"weight has a NaN or infinity at element {bad}.", nameof(weight));
        }

        return precision switch
        {
            BasePrecision.EightBit => Int8Weight.Pack(values),
            BasePrecision.Nf4 => Nf4Weight.Pack(values),
            _ => throw new ArgumentException($"precision = {precision}; expected EightBit or Nf4.", nameof(precision)),
        };
    }

    /// <summary>W as float32 [out, in], a new tensor in the caller's dispose scope.</summary>
    public Tensor Dequantize()
    {
        var whole = empty(OutFeatures, InFeatures, device: Device);
        Fill(whole);
        return whole;
    }

    /// <summary>x Wᵀ for x [.., in]; differentiable with respect to x, once.</summary>
    public Tensor Product(Tensor input) =>
        is_grad_enabled() && input.requires_grad
            ? QuantizedProduct.apply(input, this)
            : nn.functional.linear(input, Unpacked());

    /// <summary>SHA-256 over algorithm, shape, codes and scales.</summary>
    /// <returns>32 bytes.</returns>
    public byte[] Digest()
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Algorithm}\n{OutFeatures} {InFeatures}\n"));
        hash.AppendData(Codes.cpu().bytes);
        hash.AppendData(Scales.cpu().bytes);
        return hash.GetHashAndReset();
    }

    /// <summary>Moves the packed numbers.</summary>
    /// <param name="device">Where to.</param>
    public void To(Device device)
    {
        (Codes, Scales) = (Moved(Codes, device), Moved(Scales, device));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Codes.Dispose();
        Scales.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// W in this thread's scratch, valid until the next call: one layer's float32 numbers at a time, whatever the size of the model.
    /// </summary>
    internal Tensor Unpacked()
    {
        var count = OutFeatures * InFeatures;
        if (_scratch is null || _scratch.numel() < count || _scratch.device.ToString() != Device.ToString())
        {
            _scratch?.Dispose();
            _scratch = empty(count, device: Device).DetachFromDisposeScope();
        }

        var whole = _scratch.narrow(0, 0, count).view(OutFeatures, InFeatures);
        Fill(whole);
        return whole;
    }

    private protected abstract void FillOnCpu(Tensor target);

    /// <summary>The same numbers by tensor operations, on any device: one new tensor.</summary>
    internal abstract Tensor OnDevice();

    private void Fill(Tensor target)
    {
        using var untracked = no_grad();
        if (Device.type == TorchSharp.DeviceType.CPU)
        {
            FillOnCpu(target);
            return;
        }

        using var scope = NewDisposeScope();
        target.copy_(OnDevice());
    }

    private static Tensor Moved(Tensor tensor, Device device)
    {
        var moved = tensor.to(device, copy: true).DetachFromDisposeScope();
        tensor.Dispose();
        return moved;
    }
}
