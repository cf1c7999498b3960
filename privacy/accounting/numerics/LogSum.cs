namespace Federated.Privacy.Accounting.Numerics;

/// <summary>A running ln Σ exp(tᵢ) that neither overflows nor underflows.</summary>
internal struct LogSum
{
    private double _maximum = double.NegativeInfinity;
    private double _scaled;

    public LogSum() { }

    public readonly double Value => _scaled == 0 ? double.NegativeInfinity : _maximum + Math.Log(_scaled);

    public void Add(double term)
    {
        if (double.IsNegativeInfinity(term))
        {
            return;
        }

        if (term <= _maximum)
        {
            _scaled += Math.Exp(term - _maximum);
        }
        else
        {
            _scaled = (_scaled * Math.Exp(_maximum - term)) + 1;
            _maximum = term;
        }
    }
}
