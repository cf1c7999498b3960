using System.Collections.Immutable;

namespace Federated.ClientNode;

/// <summary>The data subjects that a trainer may sample where the subject is the unit of privacy: each with the records that stand for it.</summary>
/// <remarks>
/// A function of each subject's own records alone: the first k of them in the file's order, whatever stands between them. So adding a
/// subject changes nothing about the others, before sampling.
/// </remarks>
internal sealed class SubjectUnits
{
    private readonly IReadOnlyList<ImmutableArray<int>> _records;

    private SubjectUnits(IReadOnlyList<ImmutableArray<int>> records) => _records = records;

    /// <summary>Number of subjects with a record to train on. Stays on this machine.</summary>
    public int Count => _records.Count;

    /// <summary>Gathers the subjects.</summary>
    /// <param name="records">The training records.</param>
    /// <param name="maxRecords">k ≥ 1: records of one subject that are used.</param>
    /// <exception cref="InvalidRecordsException">A record names no subject.</exception>
    public static SubjectUnits Of(ITrainingRecords records, int maxRecords)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecords, 1);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var subjects = new List<ImmutableArray<int>.Builder>();
        for (var index = 0; index < records.TrainingCount; index++)
        {
            var name =
                records.SubjectOf(index)
                ?? throw new InvalidRecordsException(
                    "a record has no field \"subject\", and the run protects subjects: write whom each record is about"
                );
            if (!places.TryGetValue(name, out var place))
            {
                place = subjects.Count;
                places.Add(name, place);
                subjects.Add(ImmutableArray.CreateBuilder<int>());
            }

            if (subjects[place].Count < maxRecords)
            {
                subjects[place].Add(index);
            }
        }

        return new SubjectUnits([.. subjects.Select(subject => subject.ToImmutable())]);
    }

    /// <summary>The records of a subject, 1 … k of them.</summary>
    /// <param name="subject">0 … <see cref="Count"/> − 1.</param>
    public ImmutableArray<int> RecordsOf(int subject) => _records[subject];
}
