using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>Text that a silo chose, made fit for a terminal and a log.</summary>
internal static class SiloText
{
    private const int Longest = 300;

    /// <summary>See <see cref="PlainText.Of"/>; at most 300 characters.</summary>
    public static string Plain(string? text) => PlainText.Of(text, Longest);
}
