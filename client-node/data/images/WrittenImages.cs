namespace Federated.ClientNode;

/// <summary>What was written as records.</summary>
/// <param name="Images">Their number.</param>
/// <param name="Channels">Of each image.</param>
/// <param name="Height">Rows of each image.</param>
/// <param name="Width">Columns of each image.</param>
/// <param name="Labels">One more than the largest label.</param>
internal sealed record WrittenImages(int Images, int Channels, int Height, int Width, int Labels);
