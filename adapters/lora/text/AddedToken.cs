namespace Federated.Adapters.Text;

/// <summary>A token beside the model's own vocabulary, or one of it that is treated apart.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="Special">Whether it is a mark (begin, end, turn of a chat), which no text makes.</param>
internal sealed record AddedToken(int Id, string Content, bool Special)
{
    /// <summary>Whether it is looked for after the text was normalised.</summary>
    public bool Normalized { get; init; }

    /// <summary>Whether it takes the white space before it along.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>Whether it takes the white space after it along.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Whether it counts as a word by itself only.</summary>
    public bool SingleWord { get; init; }
}
