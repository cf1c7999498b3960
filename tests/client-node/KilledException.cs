namespace Federated.ClientNode.Tests;

/// <summary>Stands for a kill -9: nothing after it runs in that process.</summary>
internal sealed class KilledException : Exception;
