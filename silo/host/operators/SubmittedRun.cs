namespace Federated.Silo;

/// <summary>The answer to a submitted run document.</summary>
/// <param name="RunDigest">The run's identity.</param>
/// <param name="Name">Its readable name.</param>
/// <param name="Notes">What follows from the document that its author should know.</param>
public sealed record SubmittedRun(string RunDigest, string Name, IReadOnlyList<string> Notes);
