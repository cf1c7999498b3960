namespace Federated.ClientNode;

/// <summary>The records that a trainer may sample: the owner's file, or, for an audit, some records in memory.</summary>
internal interface ITrainingRecords
{
    /// <summary>Number of records that may be sampled. Stays on this machine.</summary>
    int TrainingCount { get; }

    /// <summary>Reads one training record.</summary>
    /// <param name="index">0 … <see cref="TrainingCount"/> − 1.</param>
    TextRecord Training(int index);

    /// <summary>Whom a training record is about; null: it does not say.</summary>
    /// <param name="index">0 … <see cref="TrainingCount"/> − 1.</param>
    string? SubjectOf(int index) => Training(index).Subject;
}
