namespace Federated.ClientNode;

/// <summary>Records that an audit makes up, or adds to the owner's; they are never written anywhere.</summary>
/// <param name="records">The records.</param>
/// <param name="owner">The owner's records, which come first; null: none.</param>
internal sealed class RecordsInMemory(IReadOnlyList<TextRecord> records, ITrainingRecords? owner = null)
    : ITrainingRecords
{
    private readonly int _owned = owner?.TrainingCount ?? 0;

    /// <inheritdoc />
    public int TrainingCount => _owned + records.Count;

    /// <inheritdoc />
    public TextRecord Training(int index) => index < _owned ? owner!.Training(index) : records[index - _owned];
}
