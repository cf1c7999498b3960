namespace Federated.Lab.Simulate;

/// <summary>A simulation that cannot begin or go on; the message says why, for people.</summary>
/// <param name="message">The reason.</param>
/// <param name="isUsage">Whether it is an option or the document that is wrong: nothing was begun then.</param>
internal sealed class SimulationException(string message, bool isUsage = false) : Exception(message)
{
    /// <summary>Whether it is an option or the document that is wrong.</summary>
    public bool IsUsage { get; } = isUsage;
}
