namespace Federated.Silo;

/// <summary>
/// The silo cannot start as it was asked to: the message names the option or folder, its value and the fix. Exit code 2.
/// </summary>
public sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
