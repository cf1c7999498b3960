using Federated.Adapters;
using Federated.Adapters.Text;

namespace Federated.ClientNode;

/// <summary>The path under audit: the node's own trainer, from the initial adapter, and the bytes that would be sealed.</summary>
internal sealed class AuditedTrainer(LoraAdapter adapter, TextTokenizer? tokenizer, ConsentedRun run, AuditNoise noise)
{
    /// <summary>Trains once.</summary>
    /// <param name="records">The records.</param>
    /// <param name="repetition">Which time, for seeded noise.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <returns>Δ of the factors that version 0 trains [d], as the silo would read it.</returns>
    public float[] Train(ITrainingRecords records, long repetition, CancellationToken cancellation)
    {
        using var source = noise.Open(repetition);
        var trainer = new PrivateTrainer(adapter, tokenizer, records, run);
        var delta = trainer.Train(0, adapter.Layout.InitialValues(), source, _ => { }, cancellation);
        return Observed(adapter.Layout.TrainedAt(0), delta);
    }

    /// <summary>What the silo reads in an update's bytes.</summary>
    public static float[] Observed(AdapterLayout layout, ReadOnlySpan<float> delta)
    {
        using var bytes = new MemoryStream(AdapterBlob.Encode(AdapterBlobKind.Update, layout, delta));
        return AdapterBlob.Read(bytes, layout, AdapterBlobKind.Update);
    }
}
