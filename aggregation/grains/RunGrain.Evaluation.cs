namespace Federated.Aggregation.Grains;

// How versions are judged on the run's public set: beside the run, which waits for it nowhere.
internal sealed partial class RunGrain
{
    private static readonly TimeSpan EvaluationRetry = TimeSpan.FromMinutes(1);
    private bool _isEvaluating;

    /// <inheritdoc/>
    public async Task RecordEvaluationAsync(byte[]? evaluation)
    {
        _isEvaluating = false;
        if (evaluation is null || _state is not { } state)
        {
            return;
        }

        var done = VersionEvaluation.FromJson(evaluation);
        if (!state.Evaluations.ContainsKey(done.Version))
        {
            await AppendAsync(new VersionEvaluated(time.GetUtcNow(), done));
            LogEvaluated(done.Version, done.NatsPerToken, done.Tokens);
        }

        Hurry();
        BeginEvaluation();
    }

    // One version at a time, the oldest first; its result comes back as a call of its own.
    private void BeginEvaluation()
    {
        if (_isEvaluating || _state is not { ToEvaluate: { } version } state)
        {
            return;
        }

        _isEvaluating = true;
        var (document, layout, self) = (_document!, state.Terms.Layout, _self);
        Task.Run(async () =>
            {
                VersionEvaluation? done = null;
                try
                {
                    // The evaluator stops with the silo; the next activation begins again.
                    done = await evaluator.EvaluateAsync(document, layout, version, CancellationToken.None);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    LogEvaluationFailed(exception, version.Number, EvaluationRetry);
                    await Task.Delay(EvaluationRetry, time, CancellationToken.None);
                }

                await self.RecordEvaluationAsync(done?.ToJson());
            })
            .Ignore();
    }
}
