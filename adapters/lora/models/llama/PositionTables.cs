using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>What every layer of a decoder needs to know about the positions of a batch.</summary>
/// <param name="Cos">Cosines of the rotary angles, [T, headDim].</param>
/// <param name="Sin">Their sines, [T, headDim].</param>
/// <param name="Window">[T, T], true where a query (row) sees a key (column) in a windowed layer; null where that is everything before it.</param>
internal readonly record struct PositionTables(Tensor Cos, Tensor Sin, Tensor? Window);
