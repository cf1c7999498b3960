using System.Collections.Immutable;
using Federated.Adapters;

namespace Federated.ClientNode;

/// <summary>The records that a trainer may sample, as its model takes them.</summary>
internal interface ITrainingBatches
{
    /// <summary>Number of records that may be sampled. Stays on this machine.</summary>
    int Count { get; }

    /// <summary>Some records, in pieces that fit into memory.</summary>
    /// <param name="indices">Distinct, each 0 … <see cref="Count"/> − 1; may be empty, and gives no piece then.</param>
    /// <returns>Pieces that together hold each record once, in whatever order; whoever takes a piece disposes it.</returns>
    IEnumerable<RecordBatch> Pieces(ImmutableArray<int> indices);
}
