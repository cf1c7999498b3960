namespace Federated.Lab.Simulate;

/// <summary>Where the records of a classification task come from.</summary>
internal interface IExamples
{
    /// <summary>Names the data, with all that they depend on.</summary>
    string Description { get; }

    /// <summary>Rows of an image.</summary>
    int Height { get; }

    /// <summary>Columns of an image.</summary>
    int Width { get; }

    /// <summary>Widths of the hidden layers that a good classifier of them needs; empty = a linear one.</summary>
    IReadOnlyList<int> Hidden { get; }

    /// <summary>A training record of a label.</summary>
    /// <param name="label">0 … <see cref="Population.Labels"/> − 1.</param>
    /// <param name="random">Which one.</param>
    /// <returns>Row by row, about 0 … 1.</returns>
    float[] Draw(int label, NamedRandom random);

    /// <summary>The records that judge, none of which is ever drawn.</summary>
    IReadOnlyList<(float[] Image, int Label)> Test { get; }
}
