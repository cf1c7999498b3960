using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting.Pld;

/// <summary>
/// K(t) = ln E_P[e^(tL)] of the composed privacy loss L, without the far tail that counts as infinite loss anyway (its moments would hide where δ is
/// decided). It chooses the tilt and the window; what it chooses is proved on the discretised loss.
/// </summary>
internal sealed class LossMoments
{
    private readonly List<PhaseNodes> _phases = [];

    /// <summary>Prepares the quadrature.</summary>
    /// <param name="phases">The steps.</param>
    /// <param name="direction">Add or remove.</param>
    /// <param name="logTailMass">Log of the probability left out of one step.</param>
    /// <param name="highest">One step's losses above this are left out too.</param>
    public LossMoments(
        IReadOnlyList<EventPhase> phases,
        LossDirection direction,
        double logTailMass,
        double highest = double.PositiveInfinity
    )
    {
        foreach (var phase in phases)
        {
            _phases.Add(new PhaseNodes(phase, direction, logTailMass, highest));
        }
    }

    /// <summary>The number of steps.</summary>
    public double Steps => _phases.Sum(p => (double)p.Steps);

    /// <summary>K(t).</summary>
    public double LogMoment(double tilt) => _phases.Sum(p => p.Steps * p.LogMoment(tilt));

    /// <summary>K′(t), the mean of the loss under the tilt t.</summary>
    public double Mean(double tilt) => _phases.Sum(p => p.Steps * p.Mean(tilt));

    private sealed class PhaseNodes
    {
        private readonly double[] _logWeights;
        private readonly double[] _losses;

        public PhaseNodes(EventPhase phase, LossDirection direction, double logTailMass, double highest)
        {
            Steps = phase.Steps;
            var noise = phase.NoiseMultiplier;
            var outcome = new SampledLoss(phase.SamplingRate, noise);
            var reach = noise * Normal.TailPoint(logTailMass);
            var step = Math.Min(0.1 * noise, 0.1 * noise * noise);
            var count = (int)Math.Clamp((1 + (2 * reach)) / step, 100, 20_000);
            step = (1 + (2 * reach)) / count;
            (_logWeights, _losses) = (new double[count], new double[count]);
            var total = new LogSum();
            for (var i = 0; i < count; i++)
            {
                var x = -reach + ((i + 0.5) * step);
                var loss = outcome.At(x);
                var sign = direction == LossDirection.Remove ? 1 : -1;
                _losses[i] = sign * loss;
                _logWeights[i] =
                    sign * loss > highest
                        ? double.NegativeInfinity
                        : Normal.LogDensity(x / noise) + Math.Log(step / noise) + (sign > 0 ? loss : 0);
                total.Add(_logWeights[i]);
            }

            // Normalised, so that K(0) = 0 and the error of K is an error of t·L.
            for (var i = 0; i < count; i++)
            {
                _logWeights[i] -= total.Value;
            }
        }

        public long Steps { get; }

        public double Mean(double tilt)
        {
            var largest = Largest(tilt);
            var (mass, moment) = (0.0, 0.0);
            for (var i = 0; i < _losses.Length; i++)
            {
                var weight = Math.Exp(_logWeights[i] + (tilt * _losses[i]) - largest);
                mass += weight;
                moment += weight * _losses[i];
            }

            return moment / mass;
        }

        public double LogMoment(double tilt)
        {
            var largest = Largest(tilt);

            // Close to 1 the sum is taken of e^(tL) − 1, for the digits that the number of steps multiplies.
            var sum = 0.0;
            if (largest < 1)
            {
                for (var i = 0; i < _losses.Length; i++)
                {
                    var exponent = tilt * _losses[i];
                    sum +=
                        exponent < 1
                            ? Math.Exp(_logWeights[i]) * SpecialFunctions.ExpMinusOne(exponent)
                            : Math.Exp(_logWeights[i] + exponent) - Math.Exp(_logWeights[i]);
                }

                return SpecialFunctions.LogOnePlus(sum);
            }

            for (var i = 0; i < _losses.Length; i++)
            {
                sum += Math.Exp(_logWeights[i] + (tilt * _losses[i]) - largest);
            }

            return largest + Math.Log(sum);
        }

        private double Largest(double tilt)
        {
            var largest = double.NegativeInfinity;
            for (var i = 0; i < _losses.Length; i++)
            {
                largest = Math.Max(largest, _logWeights[i] + (tilt * _losses[i]));
            }

            return largest;
        }
    }
}
