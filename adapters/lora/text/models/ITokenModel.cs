namespace Federated.Adapters.Text;

/// <summary>Gives the parts of a text their ids.</summary>
internal interface ITokenModel
{
    /// <summary>Token → id.</summary>
    IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>Appends the ids of one part.</summary>
    /// <param name="piece">Not empty.</param>
    /// <param name="ids">Where to.</param>
    void Encode(string piece, List<int> ids);
}
