namespace Federated.Lab.Demo.Runs;

/// <summary>One node, as the operator API says it.</summary>
/// <param name="NodeId">Fingerprint of its key.</param>
/// <param name="DisplayName">What it calls itself.</param>
/// <param name="Progress">Its last heartbeat; <see langword="null"/> before the first.</param>
internal sealed record NodeStatus(string NodeId, string DisplayName, NodeProgress? Progress);
