namespace Federated.ClientNode;

/// <summary>The version of this program.</summary>
internal static class NodeVersion
{
    /// <summary>Such as 0.1.0.</summary>
    public static string Current { get; } = typeof(NodeVersion).Assembly.GetName().Version!.ToString(3);
}
