namespace Federated.ClientNode;

/// <summary>Where a line of a file stands, without the blanks around it.</summary>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Number">Its number in the file, from 1.</param>
internal readonly record struct LinePlace(long Offset, int Length, int Number);
