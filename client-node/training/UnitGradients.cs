using System.Collections.Immutable;
using Federated.Adapters;
using static TorchSharp.torch;

namespace Federated.ClientNode;

/// <summary>Step 2: the gradient of each sampled unit by itself, one row a unit, ready to be clipped.</summary>
/// <param name="adapter">The adapter that is trained.</param>
/// <param name="records">The records.</param>
/// <param name="subjects">The subjects where they are the unit; null: each record is a unit.</param>
internal sealed class UnitGradients(LoraAdapter adapter, ITrainingBatches records, SubjectUnits? subjects)
{
    /// <summary>Number of units that may be sampled. Stays on this machine.</summary>
    public int Count => subjects?.Count ?? records.Count;

    /// <summary>Hands the rows of some units to the clipper, piece by piece.</summary>
    /// <param name="units">Distinct units.</param>
    /// <param name="trained">What is trained.</param>
    /// <param name="clip">Takes [b, d]; together each unit once. The tensor is gone afterwards.</param>
    public void Compute(ImmutableArray<int> units, AdapterLayout trained, Action<Tensor> clip)
    {
        if (subjects is not null)
        {
            foreach (var unit in units)
            {
                using var scope = NewDisposeScope();
                clip(MeanOf(subjects.RecordsOf(unit), trained));
            }

            return;
        }

        foreach (var piece in records.Pieces(units))
        {
            using var scope = NewDisposeScope();
            using (piece)
            {
                clip(PerExampleGradients.Compute(adapter, piece, trained));
            }
        }
    }

    // The mean, not the sum: what a subject says does not grow with the number of its records, and those of few are not drowned. A record
    // whose gradient is not finite makes its whole subject's so, and the clipper drops that.
    private Tensor MeanOf(ImmutableArray<int> indices, AdapterLayout trained)
    {
        var sum = zeros(1, trained.Count, device: adapter.Values.device);
        foreach (var piece in records.Pieces(indices))
        {
            using (piece)
            {
                sum = sum.Plus(PerExampleGradients.Compute(adapter, piece, trained).sum([0L], keepdim: true));
            }
        }

        return sum.Over(indices.Length);
    }
}
