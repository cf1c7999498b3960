using Federated.Adapters;
using static TorchSharp.torch;

namespace Federated.ClientNode;

/// <summary>Gradients of records as an attacker computes them: at a known adapter, clipped like the trainer clips.</summary>
internal static class RecordGradients
{
    private const int RecordsAtOnce = 32;

    /// <summary>Computes them at the initial adapter.</summary>
    /// <param name="subject">What is trained.</param>
    /// <param name="records">n records.</param>
    /// <param name="maxGradNorm">C.</param>
    /// <param name="cancellation">Stops between pieces.</param>
    /// <returns>[n, d], float64, on the CPU; in the caller's dispose scope.</returns>
    public static Tensor Clipped(
        AuditSubject subject,
        IReadOnlyList<TextRecord> records,
        double maxGradNorm,
        CancellationToken cancellation
    )
    {
        using var scope = NewDisposeScope();
        var adapter = subject.Adapter;
        adapter.SetValues(adapter.Layout.InitialValues());
        var trained = adapter.Layout.TrainedAt(0);
        var pieces = new List<Tensor>();
        foreach (var piece in records.Chunk(RecordsAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            using var tokens = RecordBatch.Of(
                [.. piece.Select(subject.Encoding.Encode)],
                subject.Document.Local.LabelSmoothing,
                adapter.Model.Device
            );
            var rows = PerExampleGradients.Compute(adapter, tokens, trained).cpu().to(float64); // [b, d]
            var norms = (rows * rows).sum([1L]).sqrt(); // [b]
            // A zero norm gives +∞ and is cut to 1.
            var scale = minimum(tensor(maxGradNorm, float64) / norms, tensor(1.0, float64));
            pieces.Add(rows * scale.unsqueeze(1));
        }

        return cat(pieces).MoveToOuterDisposeScope();
    }
}
