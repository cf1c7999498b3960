namespace Federated.Aggregation;

/// <summary>Inner products of vectors that nobody has to hold: enough for distances between any of their combinations.</summary>
internal sealed class GramMatrix(int count)
{
    private readonly double[] _products = new double[checked(count * count)];

    /// <summary>Number of vectors.</summary>
    public int Count => count;

    /// <summary>⟨x_i, x_j⟩; setting one sets both.</summary>
    public double this[int i, int j]
    {
        get => _products[(i * count) + j];
        set
        {
            _products[(i * count) + j] = value;
            _products[(j * count) + i] = value;
        }
    }

    /// <summary>‖x_i − x_j‖²; the same bits either way round, so that ties stay ties.</summary>
    public double SquaredDistance(int i, int j) => Math.Max(0, this[i, i] + this[j, j] - (2 * this[i, j]));

    /// <summary>‖Σ λ x − x_i‖ for each i.</summary>
    public double[] DistancesFrom(ReadOnlySpan<double> shares)
    {
        var images = new double[count];
        var square = 0.0;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                images[i] += this[i, j] * shares[j];
            }

            square += shares[i] * images[i];
        }

        var distances = new double[count];
        for (var i = 0; i < count; i++)
        {
            distances[i] = Math.Sqrt(Math.Max(0, square - (2 * images[i]) + this[i, i]));
        }

        return distances;
    }

    /// <summary>The matrix of combinations of the vectors.</summary>
    /// <param name="combinations">Each a list of (vector, factor).</param>
    public GramMatrix Combine(IReadOnlyList<IReadOnlyList<(int Vector, double Factor)>> combinations)
    {
        var combined = new GramMatrix(combinations.Count);
        for (var i = 0; i < combinations.Count; i++)
        {
            for (var j = i; j < combinations.Count; j++)
            {
                var sum = 0.0;
                foreach (var (left, factor) in combinations[i])
                {
                    foreach (var (right, other) in combinations[j])
                    {
                        sum += factor * other * this[left, right];
                    }
                }

                combined[i, j] = sum;
            }
        }

        return combined;
    }
}
