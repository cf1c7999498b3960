namespace Federated.Adapters;

/// <summary>
/// Which directions of an adapter with frozen A are trained: the columns of B that are not zero in a published version. So a version itself
/// says it, and whoever holds its bytes knows.
/// </summary>
public sealed class ActiveDirections
{
    private readonly AdapterLayout _layout;
    private readonly bool[][] _active; // by layer and column of B

    private ActiveDirections(AdapterLayout layout, bool[][] active) => (_layout, _active) = (layout, active);

    /// <summary>How many there are in each layer, in the layout's order.</summary>
    public IReadOnlyList<int> Counts => [.. _active.Select(layer => layer.Count(isActive => isActive))];

    /// <summary>The directions of a version that are not zero.</summary>
    /// <param name="layout">A layout that holds B alone, and whole.</param>
    /// <param name="values">All that the version holds.</param>
    /// <exception cref="ArgumentException">Another layout, or another number of values.</exception>
    public static ActiveDirections Of(AdapterLayout layout, ReadOnlySpan<float> values)
    {
        Require(layout, values.Length);
        var active = new bool[layout.Tensors.Count][];
        for (var index = 0; index < active.Length; index++)
        {
            var tensor = layout.Tensors[index];
            active[index] = new bool[tensor.Rank];
            var b = values.Slice((int)tensor.OffsetOfB, tensor.LengthOfB);
            for (var i = 0; i < b.Length; i++)
            {
                active[index][i % tensor.Rank] |= b[i] != 0;
            }
        }

        return new(layout, active);
    }

    /// <summary>
    /// The strongest of these directions, by what AdaLoRA's score becomes where A is frozen and orthonormal: the root mean square of the column of
    /// B times the layer's scale. It sums up all versions so far, and noise weighs the same in columns of every length.
    /// </summary>
    /// <param name="values">All that the newest version holds.</param>
    /// <param name="count">How many to keep; of equal ones, those of the layers that come first.</param>
    public ActiveDirections Strongest(ReadOnlySpan<float> values, int count)
    {
        Require(_layout, values.Length);
        var scores = new List<(int Layer, int Column, double Score)>();
        for (var index = 0; index < _active.Length; index++)
        {
            var tensor = _layout.Tensors[index];
            var b = values.Slice((int)tensor.OffsetOfB, tensor.LengthOfB);
            for (var column = 0; column < tensor.Rank; column++)
            {
                if (_active[index][column])
                {
                    scores.Add((index, column, tensor.Scale * RootMeanSquare(b, column, tensor.Rank)));
                }
            }
        }

        var active = _active.Select(layer => new bool[layer.Length]).ToArray();
        // A stable sort, so that the same bytes come out everywhere.
        foreach (var (layer, column, _) in scores.OrderByDescending(score => score.Score).Take(count))
        {
            active[layer][column] = true;
        }

        return new(_layout, active);
    }

    /// <summary>Makes everything zero that does not belong to these directions.</summary>
    /// <param name="values">As many numbers as the layout has; changed in place.</param>
    public void Project(Span<float> values)
    {
        Require(_layout, values.Length);
        for (var index = 0; index < _active.Length; index++)
        {
            var tensor = _layout.Tensors[index];
            var b = values.Slice((int)tensor.OffsetOfB, tensor.LengthOfB);
            for (var i = 0; i < b.Length; i++)
            {
                if (!_active[index][i % tensor.Rank])
                {
                    b[i] = 0;
                }
            }
        }
    }

    /// <summary>1 where a number belongs to these directions, 0 elsewhere; as many as the layout has.</summary>
    public float[] Mask()
    {
        var mask = new float[_layout.Count];
        Array.Fill(mask, 1);
        Project(mask);
        return mask;
    }

    private static double RootMeanSquare(ReadOnlySpan<float> b, int column, int rank)
    {
        var sum = 0.0;
        for (var i = column; i < b.Length; i += rank)
        {
            sum += (double)((double)b[i] * b[i]);
        }

        return Math.Sqrt(sum / (b.Length / rank));
    }

    private static void Require(AdapterLayout layout, int values)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (layout.Options.Factors != TrainedFactors.B || values != layout.Count)
        {
            throw new ArgumentException(
                $"{values} values of {layout.Options.Factors}; expected {layout.Count} of a layout with A frozen",
                nameof(values)
            );
        }
    }
}
