using System.Collections.Concurrent;

namespace Federated.ClientNode;

/// <summary>
/// The one thread that touches tensors. libtorch's dispose scopes and OpenMP's teams belong to a thread, so all tensor work of a
/// process runs here, one piece after the other, each synchronous.
/// </summary>
internal sealed class TrainingThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    public TrainingThread()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "training" };
        _thread.Start();
    }

    /// <summary>Runs a piece of work on the thread.</summary>
    /// <param name="work">Synchronous; looks at its own cancellation.</param>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (OperationCanceledException stopped)
            {
                done.SetCanceled(stopped.CancellationToken);
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task;
    }

    /// <summary>Ends the thread after the work at hand.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Work()
    {
        foreach (var piece in _work.GetConsumingEnumerable())
        {
            piece();
        }
    }
}
