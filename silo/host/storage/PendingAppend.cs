using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>One append on its way to the writer thread. It can be given up until the writer claims it, and not after.</summary>
internal sealed class PendingAppend(string stream, long expectedSequence, IReadOnlyList<JournalRecord> records)
{
    private readonly TaskCompletionSource<long> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _claimed;

    public string Stream => stream;

    public long ExpectedSequence => expectedSequence;

    public IReadOnlyList<JournalRecord> Records => records;

    /// <summary>The stream's last sequence, once committed.</summary>
    public Task<long> Done => _done.Task;

    /// <summary>True for the first caller only: the writer, or whoever gives the append up.</summary>
    public bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    public void GiveUp(CancellationToken cancellation)
    {
        if (TryClaim())
        {
            _done.TrySetCanceled(cancellation);
        }
    }

    public void Succeed() => _done.TrySetResult(expectedSequence + records.Count);

    public void Fail(Exception exception) => _done.TrySetException(exception);
}
