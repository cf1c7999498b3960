namespace Federated.Privacy.Accounting.Numerics;

/// <summary>A running ln Σ exp(tᵢ) that neither overflows nor underflows.</summary>
internal struct LogSum
{
    private double _maximum = double.NegativeInfinity;
    private double _scaled;

    public LogSum() { }

    public readonly double Value => _scaled > 0 ? _maximum + Math.Log(_scaled) : double.NegativeInfinity;

    public void Add(double term)
    {
        if (term <= _maximum)
        {
            _scaled += Math.Exp(term - _maximum);
        }
        else if (term > double.NegativeInfinity)
        {
            _scaled = (_scaled * Math.Exp(_maximum - term)) + 1;
            _maximum = term;
        }
    }
}
