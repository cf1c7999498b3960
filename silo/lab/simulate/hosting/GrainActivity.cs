using Federated.Aggregation.Grains;
using Orleans.CodeGeneration;

namespace Federated.Lab.Simulate;

/// <summary>
/// Counts the grain calls that are under way, also those that nobody waits for. When there are none, nothing happens any more until the clock
/// goes on or a node calls: that is what makes a simulation the same each time.
/// </summary>
internal sealed class GrainActivity : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
{
    private readonly Lock _lock = new();
    private int _calls;
    private TaskCompletionSource? _idle;

    /// <summary>Calls made so far.</summary>
    public long Calls { get; private set; }

    /// <summary>Completes when no call is under way.</summary>
    public Task WhenIdleAsync()
    {
        lock (_lock)
        {
            return _calls == 0
                ? Task.CompletedTask
                : (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (!IsOurs(context))
        {
            await context.Invoke();
            return;
        }

        Begin();
        try
        {
            await context.Invoke();
        }
        catch when (IsOneWay(context))
        {
            End();
            throw;
        }
        finally
        {
            // A one-way call is over when its target has done it, not when it was sent.
            if (!IsOneWay(context))
            {
                End();
            }
        }
    }

    /// <inheritdoc/>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        finally
        {
            if (IsOurs(context) && IsOneWay(context))
            {
                End();
            }
        }
    }

    private static bool IsOurs(IGrainCallContext context) =>
        context.Request.GetInterfaceType().Assembly == typeof(IRunGrain).Assembly;

    private static bool IsOneWay(IGrainCallContext context) =>
        context.Request is RequestBase request && request.Options.HasFlag(InvokeMethodOptions.OneWay);

    private void Begin()
    {
        lock (_lock)
        {
            _calls++;
            Calls++;
        }
    }

    private void End()
    {
        TaskCompletionSource? idle = null;
        lock (_lock)
        {
            if (--_calls == 0)
            {
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.SetResult();
    }
}
