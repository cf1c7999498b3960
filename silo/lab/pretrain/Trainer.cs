using Federated.Adapters;
using Federated.Adapters.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Lab.Pretrain;

/// <summary>The training loop: batches of like length, Muon and AdamW, one state file that any interruption can go on from.</summary>
internal sealed class Trainer(PretrainOptions options, LlamaModel model, TimeProvider time, TextWriter output)
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenSaves = TimeSpan.FromMinutes(3);

    /// <summary>Trains to the last step.</summary>
    /// <param name="records">Token ids of the records.</param>
    /// <param name="heldOutLoss">Measures the loss shown whenever the state is saved, in nats per token. Nothing is chosen by it.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>Steps, tokens and time.</returns>
    /// <exception cref="OperationCanceledException">Interrupted; the state is saved.</exception>
    public TrainingState Run(
        IReadOnlyList<int[]> records,
        Func<double> heldOutLoss,
        CancellationToken cancellationToken
    )
    {
        foreach (var parameter in model.parameters())
        {
            parameter.requires_grad = true;
        }

        using var optimizer = new MuonAdamW(
            model,
            options.MatrixRate,
            options.OtherRate,
            options.WeightDecay,
            model.ComputeType
        );
        var state = options.Resume
            ? TrainingState.Load(options.Output, model, optimizer)
            : new TrainingState(0, 0, TimeSpan.Zero);
        var schedule = new LearningRateSchedule(options.Steps, Math.Min(100, options.Steps / 10));
        var (started, before) = (time.GetTimestamp(), state.Elapsed);
        var (reported, saved, first, loss) = (state.Elapsed, state.Elapsed, state, double.NaN);
        foreach (var batch in Batches(records, state.Step))
        {
            if (cancellationToken.IsCancellationRequested)
            {
                state.Save(options.Output, model, optimizer);
                cancellationToken.ThrowIfCancellationRequested();
            }

            var (nats, tokens) = Step(batch, optimizer, state.Step, schedule.At(state.Step));
            loss = double.IsNaN(loss) ? nats : 0.95 * loss + 0.05 * nats;
            state = new TrainingState(state.Step + 1, state.Tokens + tokens, before + time.GetElapsedTime(started));
            if (state.Elapsed - reported >= BetweenReports || state.Step == options.Steps)
            {
                reported = state.Elapsed;
                Report(state, first, loss);
            }

            if (state.Elapsed - saved >= BetweenSaves)
            {
                state.Save(options.Output, model, optimizer);
                output.WriteLine(
                    FormattableString.Invariant($"step {state.Step}  held out {heldOutLoss():F4} nats/token")
                );
                saved = before + time.GetElapsedTime(started);
            }
        }

        // What follows training takes a while too, and may be interrupted.
        state.Save(options.Output, model, optimizer);
        foreach (var parameter in model.parameters())
        {
            parameter.requires_grad = false;
        }

        return state;
    }

    // Every epoch has its own order; a resumed run passes over the batches that are done.
    private IEnumerable<int[][]> Batches(IReadOnlyList<int[]> records, int done)
    {
        var step = 0;
        for (var epoch = 0; step < options.Steps; epoch++)
        {
            var batches = LengthBatches.Shuffled(records, options.TokensPerBatch, options.Seed * 10_000 + epoch);
            foreach (var batch in batches.Take(options.Steps - step))
            {
                if (step++ >= done)
                {
                    yield return batch;
                }
            }
        }
    }

    private (double Nats, long Tokens) Step(int[][] batch, MuonAdamW optimizer, int step, double factor)
    {
        using var scope = NewDisposeScope();
        var (ids, mask) = LengthBatches.Padded(batch);
        var tokens = batch.Sum(record => (long)record.Length - 1);
        using var one = 1.ToScalar();
        var predictions = mask.narrow(1, 1, mask.shape[1] - 1).sum(1).clamp_min(one);
        var loss = (TokenLoss.PerExampleMean(model.call(ids), ids, mask) * predictions).sum().Over(tokens);
        loss.backward();
        nn.utils.clip_grad_norm_(model.parameters(), 1.0);
        optimizer.Step(step, factor);
        return (loss.item<float>(), tokens);
    }

    private void Report(TrainingState state, TrainingState first, double loss)
    {
        var rate = (state.Tokens - first.Tokens) / Math.Max(1e-9, (state.Elapsed - first.Elapsed).TotalSeconds);
        var left = (state.Elapsed - first.Elapsed) / (state.Step - first.Step) * (options.Steps - state.Step);
        output.WriteLine(
            FormattableString.Invariant(
                $"step {state.Step}/{options.Steps}  loss {loss:F3} nats/token  {rate:F0} tokens/s  {state.Elapsed:hh\\:mm\\:ss}  ETA {left:hh\\:mm\\:ss}"
            )
        );
    }
}
