namespace Federated.ClientNode;

/// <summary>Who says yes to a run that the policy allows.</summary>
internal enum ConsentMode
{
    /// <summary>The owner, by <c>fednode runs approve</c>.</summary>
    Ask,

    /// <summary>The list of digests in node.yaml; other runs are declined.</summary>
    List,

    /// <summary>The policy itself.</summary>
    Auto,
}
