using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>Listens to the inputs of the adapted layers while the model works.</summary>
internal sealed class InputTaps : IDisposable
{
    private readonly List<Tap> _taps = [];
    private readonly double _rho;
    private bool[] _isReal = [];
    private Tensor? _last;
    private InputDirections? _lastInputs;

    /// <summary>Attaches to the layers of a layout.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">Made from its shapes.</param>
    /// <param name="rho">How many times its rank in directions a layer keeps.</param>
    public InputTaps(AdaptableModel model, AdapterLayout layout, double rho)
    {
        _rho = rho;
        foreach (var tensor in layout.Tensors)
        {
            var tap = new Tap(AdaptedLayer.Find(model, tensor), tensor);
            tap.Listener = (input, output) =>
            {
                Hear(tap, input);
                return output;
            };
            tap.Linear.Attach(tap.Listener);
            _taps.Add(tap);
        }
    }

    /// <summary>A forward pass begins.</summary>
    /// <param name="isReal">B × T: whether a position is a token, and not padding.</param>
    public void Begin(bool[] isReal) => (_isReal, _last, _lastInputs) = (isReal, null, null);

    /// <summary>Looks whether directions have come to rest.</summary>
    /// <returns>The number of layers whose have.</returns>
    public int Look(double threshold)
    {
        foreach (var inputs in _taps.Select(tap => tap.Inputs!).Distinct().Where(inputs => !inputs.HasSettled))
        {
            inputs.Look(threshold);
        }

        return _taps.Count(tap => tap.Inputs!.HasSettled);
    }

    /// <summary>For each layer the directions of its inputs, and the share of their energy along each: as many as it may take.</summary>
    public List<(double[][] Directions, double[] Shares, InputDirections Inputs)> Results()
    {
        var results = _taps
            .Select(tap => tap.Inputs)
            .Distinct()
            .ToDictionary(inputs => inputs!, inputs => inputs!.Result());
        return
        [
            .. _taps.Select(tap =>
            {
                var (directions, shares) = results[tap.Inputs!];
                var most = Math.Min(directions.Length, Most(tap.Tensor));
                return (directions[..most], shares[..most], tap.Inputs!);
            }),
        ];
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var tap in _taps)
        {
            tap.Linear.Detach(tap.Listener!);
        }
    }

    // Enough for whatever layer has its input in common with this one.
    private InputDirections Directions(AdaptableLinear linear)
    {
        var alike = _taps.Select(tap => tap.Tensor).Where(tensor => tensor.InFeatures == linear.InFeatures).ToList();
        return new(linear, alike.Max(tensor => tensor.Rank), alike.Max(Most));
    }

    private int Most(AdapterTensor tensor) =>
        (int)
            Math.Min(
                Math.Ceiling(_rho * tensor.Rank),
                Math.Min(AdapterOptions.MaxRank, Math.Min(tensor.InFeatures, tensor.OutFeatures))
            );

    private void Hear(Tap tap, Tensor input)
    {
        if (tap.Inputs is null)
        {
            // Two layers in a row that get the very same tensor have their input in common.
            tap.Inputs = ReferenceEquals(input, _last) ? _lastInputs! : Directions(tap.Linear);
            tap.IsFirst = !ReferenceEquals(input, _last);
        }

        (_last, _lastInputs) = (input, tap.Inputs);
        if (tap.IsFirst && !tap.Inputs.HasSettled)
        {
            tap.Inputs.Read(input, _isReal);
        }
    }

    private sealed class Tap(AdaptableLinear linear, AdapterTensor tensor)
    {
        public AdaptableLinear Linear { get; } = linear;

        public AdapterTensor Tensor { get; } = tensor;

        public Func<Tensor, Tensor, Tensor>? Listener { get; set; }

        public InputDirections? Inputs { get; set; }

        public bool IsFirst { get; set; }
    }
}
