using System.Runtime.InteropServices;

namespace Federated.Lab.Pretrain;

/// <summary>
/// Interpolated Kneser–Ney n-grams (Chen and Goodman 1998) over sequences of symbols. The highest order counts occurrences, each lower
/// one counts distinct continuations, and every order discounts by D = n₁ / (n₁ + 2 n₂), n₁ and n₂ being its numbers of n-grams counted
/// once and twice. The chain ends in the uniform distribution.
/// </summary>
public sealed class KneserNey
{
    // Stands before the first symbol of a sequence, as often as the order needs.
    private const int Start = -1;

    private readonly int _order;
    private readonly int _alphabetSize;
    private readonly Dictionary<ulong, int>[] _counts;
    private readonly Dictionary<ulong, (int Total, int Distinct)>[] _contexts;
    private readonly double[] _discounts;

    private KneserNey(int order, int alphabetSize)
    {
        _order = order;
        _alphabetSize = alphabetSize;
        _counts = [.. Enumerable.Range(0, order + 1).Select(_ => new Dictionary<ulong, int>())];
        _contexts = [.. Enumerable.Range(0, order + 1).Select(_ => new Dictionary<ulong, (int, int)>())];
        _discounts = new double[order + 1];
    }

    /// <summary>Counts a training set.</summary>
    /// <param name="order">Length of the longest n-gram, ≥ 1.</param>
    /// <param name="alphabetSize">Number of symbols, so that each has a probability above zero.</param>
    /// <param name="sequences">Sequences of symbols in 0..alphabetSize-1, each complete with its end symbol.</param>
    /// <returns>The model.</returns>
    public static KneserNey Train(int order, int alphabetSize, IEnumerable<IReadOnlyList<int>> sequences)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        var model = new KneserNey(order, alphabetSize);
        foreach (var sequence in sequences)
        {
            for (var at = 0; at < sequence.Count; at++)
            {
                model.Count(sequence, at);
            }
        }

        for (var length = 1; length <= order; length++)
        {
            double once = model._counts[length].Values.Count(count => count == 1);
            double twice = model._counts[length].Values.Count(count => count == 2);
            model._discounts[length] = once > 0 ? once / (once + 2 * twice) : 0;
        }

        return model;
    }

    /// <summary>Negative log-likelihood of a sequence.</summary>
    /// <param name="sequence">The sequence, complete with its end symbol.</param>
    /// <returns>Nats.</returns>
    public double Nats(IReadOnlyList<int> sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var nats = 0.0;
        for (var at = 0; at < sequence.Count; at++)
        {
            nats -= Math.Log(Probability(sequence, at));
        }

        return nats;
    }

    // A new n-gram is a new continuation of its suffix; one seen before changes nothing below it.
    private void Count(IReadOnlyList<int> sequence, int at)
    {
        for (var length = _order; length >= 1; length--)
        {
            var context = Hash(sequence, at - length + 1, at);
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(
                _counts[length],
                Extend(context, sequence[at]),
                out var seen
            );
            ref var total = ref CollectionsMarshal.GetValueRefOrAddDefault(_contexts[length], context, out _);
            count++;
            total = (total.Total + 1, total.Distinct + (seen ? 0 : 1));
            if (seen)
            {
                return;
            }
        }
    }

    private double Probability(IReadOnlyList<int> sequence, int at)
    {
        var probability = 1.0 / _alphabetSize;
        for (var length = 1; length <= _order; length++)
        {
            var context = Hash(sequence, at - length + 1, at);
            if (!_contexts[length].TryGetValue(context, out var total))
            {
                break;
            }

            var count = _counts[length].GetValueOrDefault(Extend(context, sequence[at]));
            var discount = _discounts[length];
            probability = (Math.Max(count - discount, 0) + discount * total.Distinct * probability) / total.Total;
        }

        return probability;
    }

    private static ulong Hash(IReadOnlyList<int> sequence, int from, int to)
    {
        var hash = 0x9E3779B97F4A7C15;
        for (var at = from; at < to; at++)
        {
            hash = Extend(hash, at < 0 ? Start : sequence[at]);
        }

        return hash;
    }

    // 64 bits: among ten million n-grams the chance of one collision is below one in 300 000.
    private static ulong Extend(ulong hash, int symbol)
    {
        hash = (hash ^ (uint)symbol) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 31)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 29);
    }
}
